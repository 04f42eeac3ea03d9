"""The database engines that can be read; each is one module here, loaded only when it is asked for."""
