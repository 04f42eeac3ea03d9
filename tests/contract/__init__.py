"""What other programs may rely on: golden vectors, and the forms both sides agreed on."""
