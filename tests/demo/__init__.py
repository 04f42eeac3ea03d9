"""The main job from a sample database to an authorised APBD, with the real programs; `make demo`."""
