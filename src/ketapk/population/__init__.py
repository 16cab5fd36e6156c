"""Virtual trials: many people, drawn as published, in a stream of chunks."""
