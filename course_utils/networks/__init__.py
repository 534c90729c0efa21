"""Small networks in torch and their training: the only room of the package that knows torch."""
