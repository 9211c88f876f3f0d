"""Plain scripts that train and export the detector; they need `vapr[train]`."""
