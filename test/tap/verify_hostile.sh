# verify_hostile.sh - fairpg-verify reads files of people who wish it ill: it says
# what is wrong and ends with 1 or 2, whatever it is given, and takes nothing that
# was spoilt for right.  Instrumented for memory and undefined behaviour, where
# the compiler can; as it was installed, for what is large.
. test/tools/tap.sh

psql -Xq -v ON_ERROR_STOP=1 <<'END' >/dev/null
SELECT fairpg.init();
SET fairpg.actor = E'the "app"\t\\ of Łódź';
SELECT fairpg.add_note('model ' || i, repeat(E'note "\u0001/\n' || i || ' block 1, hash ' || repeat('a', 64), 1 + i % 3)) FROM generate_series(1, 21) i;
SELECT fairpg.seal();
SELECT fairpg.add_note('model ' || i, 'note ' || i) FROM generate_series(22, 26) i;
SELECT fairpg.erase_event(24, 'asked for by the person');
SELECT fairpg.seal();
SELECT fairpg.add_note('model 27', 'not sealed');
END
place=$FAIRPG_TMP/verify_hostile
rm -rf "$place"
mkdir -p "$place"
sql "SELECT line FROM fairpg.export_record()" >"$place/record"
sql "SELECT fairpg.receipt(7)" >"$place/receipt"
sql "SELECT fairpg.audit_head()" >"$place/head"
program=$(command -v fairpg-verify)
instrumented=$place/fairpg-verify
if ! ${CC:-gcc} -std=c99 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
	src/verify/fairpg_verify.c -o "$instrumented" 2>/dev/null; then
	echo "# without sanitizers: the compiler has none"
	instrumented=$program
fi
like "what is right is right, instrumented" "$("$instrumented" "$place/record" "$place/head" 2>&1)" '^CONFIRMED'
like "a receipt as well" "$("$instrumented" "$place/receipt" "$place/head" 2>&1)" '^CONSISTENT'

# --- a receipt must lead to its block before it says anything of it ------------
digit()
{
	sed -E "s/\"$1\": (\[?)\"(.)/\"$1\": \1\"\2/; t found
		q
		: found
		s/(\"$1\": \[?\")[0-9a-e]/\1f/; t; s/(\"$1\": \[?\")f/\10/" "$place/receipt"
}
for part in path merkle_root leaf prev_hash payload_digest context_salt salt; do
	digit "$part" >"$place/spoilt"
	ok "there is another digit in $part" test -n "$(cmp "$place/receipt" "$place/spoilt")"
	like "such a receipt is no anchor" "$("$instrumented" "$place/record" "$place/spoilt" 2>&1; echo "status $?")" \
		'receipt of event 7 is no anchor: its .*status 2|^status 2'
	like "and is refuted as a receipt" "$("$instrumented" "$place/spoilt" "$place/head" 2>&1; echo "status $?")" '^status 1'
done
is "what the payload says of blocks is no anchor" "$("$instrumented" "$place/record" "$place/receipt" 2>&1 | grep -c 'WRONG')" 0
like "several receipts, in lines or in an array, with anchors among words" "$(
	{ cat "$place/receipt"; sql "SELECT jsonb_agg(fairpg.receipt(e)) FROM generate_series(20, 25) e"; } >"$place/many"
	{ echo "published in the paper of today:"; cat "$place/head"; sql "SELECT jsonb_pretty(fairpg.receipt(3))"; } >"$place/words"
	"$instrumented" "$place/many" "$place/words" 2>&1)" '^CONFIRMED'

if ! command -v python3 >/dev/null; then
	skip "files that are spoilt" "there is no python3"
	exit 0
fi
python3 - "$place" "$instrumented" "$program" <<'END'
import json, os, random, subprocess, sys

place, instrumented, program = sys.argv[1:]
os.environ['ASAN_OPTIONS'] = 'exitcode=99:allocator_may_return_null=1'
os.environ['UBSAN_OPTIONS'] = 'halt_on_error=1:exitcode=99'
record = open(place + '/record', 'rb').read()
receipt = open(place + '/receipt', 'rb').read()
head = open(place + '/head', 'rb').read()

def write(name, data):
    with open(f'{place}/{name}', 'wb') as f:
        f.write(data)
    return f'{place}/{name}'

# how it ends, with a file or bytes and anchors; what it says must be a text
def run(data, anchor=None, by=instrumented):
    files = [write('given', data)] + ([write('anchor', anchor)] if anchor is not None else [])
    try:
        p = subprocess.run([by] + files, capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        return 'timeout'
    return p.returncode

def tell(name, bad):
    print(f'ok - {name}' if not bad else f'not ok - {name}\n# {bad[:5]}')

# --- cut off
cuts = [n for n in range(0, len(record) - 1, 97)] + list(range(len(record) - 40, len(record) - 1))
tell(f'{len(cuts)} exports that are cut off are none', [n for n in cuts if run(record[:n]) != 2])
cuts = range(0, len(receipt.rstrip()), 41)
# nothing but this is not hashed: the head stands for itself
loose = range(receipt.index(b'"head": {'), receipt.index(b'}'))
tell(f'{len(cuts)} receipts that are cut off are none', [n for n in cuts if run(receipt[:n]) != 2])
tell('what stands behind an export is refused', [b for b in (b'x', b'\n', b'block\n', record) if run(record + b) != 2])

# --- single bytes: whatever is hashed cannot be another one
r = random.Random(1)
zero = '0' * 64
kept = [i for i in range(len(record)) if record[i:i + 1] not in b'\t\n' and i > record.index(b'\n') and i < record.rindex(b'end')]
bad = []
for i in r.sample(kept, 400):
    spoilt = bytearray(record)
    spoilt[i] ^= r.choice([1, 2, 4, 16, 32, 128])
    if run(bytes(spoilt), by=r.choice([program, program, instrumented])) not in (1, 2):
        bad.append((i, record[i - 20:i + 20], spoilt[i]))
tell('400 exports with another bit are refuted', bad)
bad = []
for i in r.sample([i for i in range(1, len(receipt) - 2) if i not in loose], 400):
    spoilt = bytearray(receipt)
    spoilt[i] ^= r.choice([1, 2, 4, 16, 32, 128])
    status = run(bytes(spoilt), by=r.choice([program, program, instrumented]))
    # white space may be another one
    if status not in (1, 2) and not (status == 0 and json.loads(spoilt) == json.loads(receipt)):
        bad.append((i, receipt[i - 20:i + 20], spoilt[i]))
tell('400 receipts with another bit are refuted', bad)

# --- members of other types, missing, or there twice
def spoil(value, path=()):
    others = [None, True, 7, -1, 1.5, 10 ** 40, '', 'x', 'f' * 64, '\u0141\U0001F600', [], {}, [[]]]
    for key in (value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()):
        if path == ('head',):
            continue
        for other in others:
            if other != value[key]:
                yield path + (key,), other
        yield from spoil(value[key], path + (key,))
bad, n = [], 0
for path, other in spoil(json.loads(receipt)):
    made = json.loads(receipt)
    at = made
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = other
    n += 1
    status = run(json.dumps(made, ensure_ascii=False).encode(), by=program)
    # without a block, it says nothing of one
    if status not in (1, 2) and not (status == 0 and path == ('block',) and other is None):
        bad.append((path, other, status))
tell(f'{n} receipts with a member of another type are refuted', bad)
made = json.loads(receipt)
tell('a head that is older than the block is refuted', [h for h in (0, 1) if run(json.dumps(
    {**made, 'head': {**made['head'], 'block': h, 'hash': zero}}).encode()) != 1])
bad = [k for k in made if run(json.dumps({m: v for m, v in made.items() if m != k}).encode()) not in (1, 2)]
bad += [k for k in made['event'] if run(json.dumps({**made, 'event': {m: v for m, v in made['event'].items() if m != k}}).encode()) not in (1, 2)]
tell('receipts without a member are refuted', bad)
tell('a member that is there twice is none',
    [k for k in (b'leaf', b'event', b'block') if run(b'{"' + k + b'": 1, ' + receipt.lstrip()[1:]) not in (1, 2)])
tell('as it is, laid out otherwise, with other escapes, it is right', [d for d in (
    receipt, json.dumps(made).encode(), json.dumps(made, indent=7).encode(), json.dumps(made, ensure_ascii=False).encode(),
    json.dumps([made, [made][0]], separators=(',', ':')).encode()) if run(d) != 0])

# --- what is no such file at all
deep = 200000
line = b'fairpg-record\t1\t2026-11-27T15:39:15.036267Z\n'
zero = zero.encode()
event = [f for f in record.split(b'\n') if f.startswith(b'event\t1\t')][0].split(b'\t')
def header(*fields):
    return b'\t'.join((b'block',) + fields) + b'\n'
end = b'end\t1\t0\n'
odd = {
    'nothing': b'', 'a zero byte': b'\0', 'zero bytes in an export': record.replace(b'note', b'no\0e', 1),
    'zero bytes in a receipt': receipt.replace(b'note', b'no\0e', 1), 'noise': bytes(r.randrange(256) for _ in range(5000)),
    'braces': b'{' * deep, 'brackets': b'[' * deep, 'nested objects': b'{"a":' * deep + b'1' + b'}' * deep,
    'nested arrays': b'[' * deep + b']' * deep, 'an empty array': b'[]', 'an object': b'{}', 'half of an array': b'[{},',
    'a nested payload': receipt.replace(b'"payload": {', b'"payload": {"x": ' + b'[' * 1000 + b']' * 1000 + b', ', 1),
    'half of a pair': receipt.replace(b'"note": "', b'"note": "\\ud800', 1), 'an escaped zero': receipt.replace(b'"note": "', b'"note": "\\u0000', 1),
    'an escape that ends': b'{"a": "\\', 'an escape that ends early': b'{"a": "\\u00', 'a text that ends': b'{"format": "fairpg receipt 1',
    'numbers': b'[-, 01, 1., 1e, .5]', 'words': b'[tru]',
    'a head': line, 'no end': line + header(b'1', zero, zero, b'0', b'2026-01-01T00:00:00.000000Z', zero),
    'an escape at the end of a line': line + b'event\\\n', 'many fields': line + b'\t' * 1000000 + b'\n',
    'an unknown kind': line + b'x\ty\n' + end, 'no number': line + header(b'x', zero, zero, b'0', b'\\N', zero) + end,
    'a number beyond 64 bits': line + header(b'99999999999999999999', zero, zero, b'0', b'\\N', zero) + end,
    'a number with a sign': line + header(b'+1', zero, zero, b'0', b'\\N', zero) + end,
    'the highest number twice': line + 2 * header(b'9223372036854775807', zero, zero, b'9223372036854775807', b'\\N', zero) + b'end\t2\t0\n',
    'the lowest number': line + header(b'-9223372036854775808', zero, zero, b'-9223372036854775808', b'\\N', zero) + end,
    'a year': line + header(b'1', zero, zero, b'0', b'999999-01-01T00:00:00.000000Z', zero) + end,
    'a day of minus one': line + header(b'1', zero, zero, b'0', b'2026-01--1T00:00:00.000000Z', zero) + end,
    'NULL everywhere': line + b'\t'.join([b'event', b'1'] + [b'\\N'] * (len(event) - 2)) + b'\nend\t0\t1\n',
    'empty fields': line + b'\t'.join([b'event', b'1'] + [b''] * (len(event) - 2)) + b'\nend\t0\t1\n',
    'places beyond': line + b'\t'.join(event[:2] + [b'1', b'9223372036854775807'] + event[4:]) + b'\nend\t0\t1\n',
    'a negative event': line + b'missing\t-1\t1\t0\t' + zero + b'\nend\t0\t0\n',
}
tell(f'{len(odd)} odd files are refused', [(k, s) for k, v in odd.items() for s in [run(v)] if s not in (1, 2)])
good = {'a negative event', 'the lowest number', 'a year', 'a day of minus one', 'NULL everywhere'}
tell('what can be read is told apart from what cannot', [k for k in good if run(odd[k]) != 1])
tell('as anchors they are refused too, or are none', [(k, s) for k, v in odd.items() for s in [run(record, v)] if s not in (0, 1, 2)])
tell('a file of anchors with a zero byte is refused, not read up to there', [a for a in (head + b'\0', b'\0' + head) if run(record, a) != 2])
block = json.loads(head)
tell('a block and a hash far from each other are no anchor', [a for a in (b'block 1', b'Block 1') if run(record,
    a + b' and' * 100 + b' hash ' + block['hash'].encode()) != 2 or run(record, b'hash ' + block['hash'].encode() + b' and' * 100 + a) != 2])
written = f'the record ends with Block <b class="x">{block["block"]}</b>, Hash: **{block["hash"]}**'.encode()
tell('they are as people write them', [s for s in [run(record, written)] if s != 0])
tell('a hash that is too long is none', [1 for s in [run(record, head.replace(b'"hash": "', b'"hash": "aa', 1))] if s != 2])
tell('a folder and a file that is not there are refused', [a for a in ([place], [place + '/none'], [place + '/record', place],
    ['/dev/null', '/dev/null'], []) if subprocess.run([instrumented] + a, capture_output=True).returncode != 2])

# --- mixtures
bad = []
for _ in range(150):
    data, pieces = bytearray(r.choice([record, receipt])), (record, receipt, b'\t' * 5, b'{"a":[', b'\\u', b'\\N', b'18446744073709551616', b'"' * 3)
    for _ in range(r.randrange(1, 6)):
        piece = r.choice(pieces)
        a, b = sorted(r.randrange(len(piece) + 1) for _ in range(2))
        i = r.randrange(len(data))
        data[i:i + r.choice([0, 1, 8, 200])] = piece[a:b][:r.choice([1, 20, 400])]
    for s in (run(bytes(data)), run(record, bytes(data))):
        if s not in (0, 1, 2):
            bad.append((s, bytes(data)[:200]))
tell('150 mixtures of these, as files and as anchors, end well', bad)

# --- what is large, by the program as it is installed
size = 100000000
large = {
    'a line of 100 MB': line + b'a' * size, 'a payload of 100 MB': line + b'\t'.join(event[:-1] + [b'a' * size]) + b'\nend\t0\t1\n',
    'a text of 100 MB': b'{"format": "fairpg receipt 1", "event": "' + b'a' * size + b'"}', '100 MB of blanks': b' ' * size,
    '100 MB of escapes': b'{"format": "fairpg receipt 1", "event": {"payload": "' + b'\\u0001' * (size // 6) + b'", "salt": "' + zero
        + b'", "payload_digest": "' + zero + b'", "event": 1}, "leaf": "' + zero + b'"}',
    'a million erased events': line + b''.join(b'\t'.join([b'event', b'%d' % (i + 1)] + [b'\\N'] * (len(event) - 2)) + b'\n' for i in range(300000))
        + b''.join(b'\t'.join([b'event', b'%d' % (i + 300001)] + [b'\\N'] * 5 + [b'event erased'] + [b'\\N'] * 4 + [b'event %d' % (i + 1)]
            + [b'\\N'] * 4) + b'\n' for i in range(300000)) + b'end\t0\t600000\n',
}
tell('what is large is refused in time', [(k, s) for k, v in large.items() for s in [run(v, by=program)] if s not in (1, 2)])
many = b''.join(b'block %d, 1 events, hash %s\n' % (i, zero) for i in range(1, 300001))
blocks = line + b''.join(header(b'%d' % i, zero, zero, b'0', b'\\N', zero) for i in range(1, 300001)) + b'end\t300000\t0\n'
tell('300 000 anchors are compared with as many blocks in time', [s for s in [run(blocks, many, by=program)] if s != 1])
tell('anchors of 100 MB end as well', [s for a in (b'block hash ', b'<block>', b'hash*', b'block {') for s in [run(record, a * (size // len(a)), by=program)] if s != 2])
END
rm -rf "$place"
