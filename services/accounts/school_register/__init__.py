"""The import of a school's export: read, planned, shown as a difference, decided, applied."""
