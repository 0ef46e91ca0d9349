-- no-transaction
CREATE INDEX CONCURRENTLY notes_newest ON notes (created_at DESC, id DESC);
