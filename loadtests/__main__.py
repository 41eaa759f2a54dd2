"""`make load`: a short headless run against a server of its own; exits with 1 when a budget was broken."""

import argparse
import subprocess
import sys
from pathlib import Path

from loadtests.local_server import LocalServer, ServerFailed, local_server

LOCUSTFILE = Path(__file__).with_name("locustfile.py")


def main() -> int:
    """Run and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m loadtests", description=__doc__)
    parser.add_argument("--users", type=int, default=60)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rate", type=float, default=20.0, help="new users a second")
    options = parser.parse_args()
    print("Starting a server of its own, limits off …", flush=True)
    try:
        with local_server() as server:
            return run_locust(server, options.users, options.seconds, options.rate)
    except ServerFailed as failed:
        print(failed, file=sys.stderr)
        return 2


def run_locust(server: LocalServer, users: int, seconds: int, rate: float) -> int:
    """Let `users` come to the show for `seconds`; return locust's exit code."""
    print(f"{users} users for {seconds} s at {server.url}", flush=True)
    command = [
        sys.executable,
        "-m",
        "locust",
        "--locustfile",
        str(LOCUSTFILE),
        "--headless",
        "--only-summary",
    ]
    command += ["--host", server.url, "--users", str(users), "--spawn-rate", str(rate)]
    command += ["--run-time", f"{seconds}s", "--stop-timeout", "5s"]
    environment = server.environment | {"SHOWFLOOR_LOAD_TOKEN": server.token("host")}
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
