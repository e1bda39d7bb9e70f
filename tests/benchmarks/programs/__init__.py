"""Programs that zatsudan is held against: what its libraries alone cost."""
