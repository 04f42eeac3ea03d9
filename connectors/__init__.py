"""Reading a Pemda's finance database, without ever writing to it."""
