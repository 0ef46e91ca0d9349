CREATE TABLE notes (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    title text NOT NULL UNIQUE,
    body text,
    amount bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE copies (
    n bigserial PRIMARY KEY,
    note_id uuid NOT NULL,
    version bigint NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE job_runs (ran_at timestamptz NOT NULL DEFAULT now());
