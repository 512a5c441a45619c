\set id random(1, 100000)
INSERT INTO bench.bare (at, model, version, deployment, slot, subject_digest, input_digest, score, cutoff, decided, region) VALUES (clock_timestamp(), 'serving', 1, 1, 'champion', sha256(int4send(:id)), sha256(int4send(:id + 1)), 0.7, 0.5, true, 'north') RETURNING decision;
