"""The installer and the units on a whole operating system."""
