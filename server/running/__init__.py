"""From settings to sockets: launch, serving, one process, a worker, and what may be wrong at a start."""
