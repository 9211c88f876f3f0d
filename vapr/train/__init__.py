"""Plain scripts that train and export the detector; they need `vapr[train]`."""

import os

# ultralytics would otherwise install packages and fetch files by itself.
os.environ.setdefault("YOLO_AUTOINSTALL", "false")
os.environ.setdefault("YOLO_OFFLINE", "true")
