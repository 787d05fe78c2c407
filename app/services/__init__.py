"""Rules and queries on models: no actor, no commit, no HTTP."""
