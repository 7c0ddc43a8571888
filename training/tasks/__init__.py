"""One file per family of tasks; every file registers itself on import."""
