"""Values and folds: the standard library only, no terminal, no network, no clock."""
