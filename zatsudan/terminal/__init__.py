"""The screen: the only place that knows prompt_toolkit and rich."""
