"""The quotient familial: written by agents, asked of the CAF or the MSA, proved by a document."""
