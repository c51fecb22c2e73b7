"""Words and looks that people edit. A package, because importlib.resources cannot read an editable namespace."""
