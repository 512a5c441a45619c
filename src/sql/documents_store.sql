-- The part of the store that documents are kept in: what people say of a model,
-- and what was published.

CREATE FUNCTION fairpg.make_document_tables()
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS $tables$
BEGIN
    CREATE TABLE fairpg_catalog.card_question (
        field text PRIMARY KEY,
        section text NOT NULL,
        question text NOT NULL,
        required boolean NOT NULL,
        place integer NOT NULL UNIQUE
    );
    COMMENT ON TABLE fairpg_catalog.card_question
        IS 'what a person must say of a model before its card can be published';
    COMMENT ON COLUMN fairpg_catalog.card_question.field IS 'name of the field of the card';
    COMMENT ON COLUMN fairpg_catalog.card_question.section IS 'section that it stands in';
    COMMENT ON COLUMN fairpg_catalog.card_question.question IS 'what is asked';
    COMMENT ON COLUMN fairpg_catalog.card_question.required
        IS 'whether a card without an answer cannot be published';
    COMMENT ON COLUMN fairpg_catalog.card_question.place IS 'its place in the order of questions';

    CREATE TABLE fairpg_catalog.card_answer (
        answer bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        model text NOT NULL REFERENCES fairpg_catalog.model,
        field text NOT NULL REFERENCES fairpg_catalog.card_question,
        words text NOT NULL,
        answered_at timestamptz NOT NULL,
        answered_by text NOT NULL,
        UNIQUE (model, field, answer)
    );
    COMMENT ON TABLE fairpg_catalog.card_answer
        IS 'answers to the questions of a card, newest last; older ones stay';
    COMMENT ON COLUMN fairpg_catalog.card_answer.answer IS 'number of the answer';
    COMMENT ON COLUMN fairpg_catalog.card_answer.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.card_answer.field IS 'field that is answered';
    COMMENT ON COLUMN fairpg_catalog.card_answer.words IS 'the answer';
    COMMENT ON COLUMN fairpg_catalog.card_answer.answered_at IS 'when it was given';
    COMMENT ON COLUMN fairpg_catalog.card_answer.answered_by IS 'role that gave it';

    CREATE TABLE fairpg_catalog.document (
        document bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('model_card', 'release_notes', 'governance_report')),
        model text NOT NULL,
        version integer,
        from_version integer,
        audience text NOT NULL CHECK (audience IN ('public', 'deployer', 'authority')),
        content json NOT NULL,
        digest bytea NOT NULL,
        html text NOT NULL,
        published_at timestamptz NOT NULL,
        published_by text NOT NULL,
        supersedes bigint REFERENCES fairpg_catalog.document
    );
    COMMENT ON TABLE fairpg_catalog.document
        IS 'published documents as they were: cards, release notes, reports';
    COMMENT ON COLUMN fairpg_catalog.document.document IS 'number of the document';
    COMMENT ON COLUMN fairpg_catalog.document.kind IS 'model_card, release_notes or governance_report';
    COMMENT ON COLUMN fairpg_catalog.document.model IS 'name of the model';
    COMMENT ON COLUMN fairpg_catalog.document.version
        IS 'version that it is about; NULL: the model as a whole';
    COMMENT ON COLUMN fairpg_catalog.document.from_version IS 'of release notes, the version before';
    COMMENT ON COLUMN fairpg_catalog.document.audience IS 'public, deployer or authority';
    COMMENT ON COLUMN fairpg_catalog.document.content IS 'what it says';
    COMMENT ON COLUMN fairpg_catalog.document.digest IS 'SHA-256 of the content as text';
    COMMENT ON COLUMN fairpg_catalog.document.html IS 'the same as a page';
    COMMENT ON COLUMN fairpg_catalog.document.published_at IS 'when it was published';
    COMMENT ON COLUMN fairpg_catalog.document.published_by IS 'role that published it';
    COMMENT ON COLUMN fairpg_catalog.document.supersedes
        IS 'document of the same kind that it takes the place of';

    INSERT INTO fairpg_catalog.card_question (place, field, section, required, question) VALUES
        (1, 'decision_type', 'identity', true, 'What is decided, and does a person take part in it?'),
        (2, 'owner', 'identity', true, 'Who answers for the model?'),
        (3, 'contact', 'identity', true, 'How is the owner reached?'),
        (4, 'license', 'identity', false, 'On which terms may the model be used?'),
        (5, 'users', 'intended_use', true, 'Who is to use it?'),
        (6, 'affected_population', 'intended_use', true, 'About whom does it decide?'),
        (7, 'regions', 'intended_use', false, 'Where?'),
        (8, 'out_of_scope', 'intended_use', true, 'What must it not be used for?'),
        (9, 'foreseeable_misuse', 'intended_use', true, 'Which misuse can be foreseen, and what is done against it?'),
        (10, 'human_oversight', 'intended_use', true, 'Who oversees it, and can stop or overrule it?'),
        (11, 'collection', 'data', true, 'How were the data collected, and for what at first?'),
        (12, 'label_procedure', 'data', true, 'How did the labels come about?'),
        (13, 'known_gaps', 'data', true, 'Whom or what do the data lack?'),
        (14, 'tradeoffs', 'fairness', true, 'What was given up for fairness, and which fairness for what else?'),
        (15, 'known_limitations', 'limitations', true, 'Where does the model fail?'),
        (16, 'expiry_conditions', 'limitations', true, 'When must it be looked at again?'),
        (17, 'how_to_challenge', 'recourse', true, 'How does somebody object to a decision?');
END
$tables$;
COMMENT ON FUNCTION fairpg.make_document_tables()
    IS 'part of fairpg.init(): makes the tables of answers and documents, and the questions of a model card';
