"""How the project proves itself: one folder for each kind of test."""
