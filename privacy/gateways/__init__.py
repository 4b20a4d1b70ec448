"""Privacy's outside parts: the holders' domain workers, and the process that evaluates ciphertexts."""
