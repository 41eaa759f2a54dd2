"""All peers, in the order of the tables."""

from loadtests.bench.peers import c_limit, centrifugo, nats, nchan, node_peers, python_peers, showfloor

PEERS = (
    c_limit.AT_ONCE,
    c_limit.PER_TICK,
    nchan.PEER,
    centrifugo.PEER,
    nats.PEER,
    node_peers.WS,
    node_peers.SOCKET_IO,
    python_peers.FASTAPI,
    python_peers.SOCKETIO,
    python_peers.CHANNELS,
    showfloor.PEER,
)
