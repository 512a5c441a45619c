\set id random(1, 100000)
SELECT d.decision, d.decided FROM bench.application a, LATERAL fairpg.log_decision('serving', a.id::text, a, NULL, 'north') d WHERE a.id = :id;
