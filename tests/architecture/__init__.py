"""The house keeps its own plan: imports, wheels, files and words."""
