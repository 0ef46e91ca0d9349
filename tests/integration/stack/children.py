"""What the stacks of these tests run: shell and Python in one line each."""

import sys

PYTHON = sys.executable

# Says up and down in a file, so that the order can be seen.
ORDERED = (
    "import os,signal,sys,http.server\n"
    "say=lambda w: open(os.environ['IT_DIR']+'/events','a').write(w+'\\n')\n"
    "name,port=sys.argv[1],int(sys.argv[2])\n"
    "def end(*_):\n  say('-'+name); os._exit(0)\n"
    "signal.signal(signal.SIGTERM,end)\n"
    "class H(http.server.BaseHTTPRequestHandler):\n"
    "  def do_GET(self): self.send_response(200); self.send_header('Content-Length','0'); self.end_headers()\n"
    "  def log_message(self,*a): pass\n"
    "server=http.server.HTTPServer(('127.0.0.1',port),H)\n"
    "say('+'+name)\n"
    "server.serve_forever()\n"
)


def ordered(name, port, needs=()):
    return {
        "command": [PYTHON, "-c", ORDERED, name, str(port)],
        "ports": {"http": port},
        "needs": list(needs),
        "health": {"ready": "/"},
    }


def shell(script, **keys):
    return dict({"command": ["sh", "-c", script]}, **keys)


# Grandchildren of every kind: in the group, in a session of its own that ignores SIGTERM, and one
# that also cleared its environment, let go of every descriptor and lost its parent.
UNRULY = (
    "trap '' TERM INT HUP; "
    "sh -c 'trap \"\" TERM; while :; do sleep 1000; done' & "
    "setsid sh -c 'trap \"\" TERM; while :; do sleep 1000; done' & "
    "(env -i PATH=$PATH setsid sh -c 'trap \"\" TERM; while :; do sleep 1000; done # '$IT_TOKEN </dev/null >/dev/null 2>&1 &) ; "
    "echo up; while :; do sleep 1000; done"
)
