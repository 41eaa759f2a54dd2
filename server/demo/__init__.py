"""The demo: a channel with a catalogue, past shows with their history, one live show, and an audience over real sockets."""
