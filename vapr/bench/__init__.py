"""How far labels are read: curves of every reader beside decoders and the limit."""
