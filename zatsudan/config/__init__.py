"""What can be configured: the settings as values, the file they stand in, profiles and presets.

Begin with `settings`; `file` reads them, `configtext` their types and `meaning` their values.
"""
