#!/usr/bin/env python3
"""Query shapes beside a SPARQL server, both warm, interleaved: A B A B ...

    python3 benches/beside_server.py BINARY DATA QUERY_FOLDER ENDPOINT [GRAPH] [SHAPE,...] [BEFORE]

baimo is one process with DATA open (a pack or any RDF file) that gets statements on its standard input; the server answers
over HTTP at ENDPOINT, from GRAPH where one is given ("" for none). Both write CSV; time runs from the question's first byte
to the answer's last. Seven rounds (three where a round takes over a second); medians. Each text ends in a comment of its
own, so that no cache of answers is measured; where a server keeps results by plans, as QLever does, BEFORE is a URL that is asked before each
question and clears them. No shapes ("") means all. Prints a line a shape, then the geometric mean over the shapes with
as many rows on both sides; `!` marks a shape without. CONSTRUCT and DESCRIBE have no CSV and are left out.
"""
import math
import pathlib
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request

LIMIT = 60
END = "@@@END"


class Baimo:
    """The prompt in a pipe. A sentinel after each question tells where its answer ends."""

    def __init__(self, binary, data):
        self.process = subprocess.Popen(
            [binary, "--data", data, "-F", "csv", "--timeout", f"{LIMIT}s", "--quiet"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def ready(self):
        """Keeps no answers."""

    def ask(self, text):
        sentinel = f'SELECT ("{END}" AS ?sentinel) {{}} ;\n'
        self.process.stdin.write(f"{text}\n;\n{sentinel}".encode())
        self.process.stdin.flush()
        lines = 0
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise EOFError("baimo ended")
            if END.encode() in line:
                return lines - 2  # the headers of the answer and of the sentinel's
            lines += 1


class Server:
    """A SPARQL endpoint (SPARQL 1.1 Protocol, query via POST with URL-encoded parameters)."""

    def __init__(self, endpoint, graph, before):
        self.endpoint, self.graph, self.before = endpoint, graph, before

    def ready(self):
        """What is done before a question, and not measured."""
        if self.before:
            urllib.request.urlopen(self.before, timeout=LIMIT).read()

    def ask(self, text):
        fields = {"query": text} | ({"default-graph-uri": self.graph} if self.graph else {})
        request = urllib.request.Request(
            self.endpoint, urllib.parse.urlencode(fields).encode(), {"Accept": "text/csv"}
        )
        with urllib.request.urlopen(request, timeout=LIMIT) as answer:
            body = answer.read()
        return body.count(b"\n") + (not body.endswith(b"\n")) - 1


def timed(engine, text):
    engine.ready()
    begun = time.perf_counter()
    rows = engine.ask(text)
    return time.perf_counter() - begun, rows


def compare(baimo, server, text):
    """Medians of both and their numbers of rows."""
    times, rows, turn = ([], []), [None, None], 0
    while turn < (7 if turn == 0 or times[0][-1] + times[1][-1] < 1 else 3):
        for place, engine in enumerate((baimo, server)):
            took, rows[place] = timed(engine, f"{text}\n# {turn}\n")
            times[place].append(took)
        turn += 1
    return [statistics.median(side) for side in times], rows


def main():
    binary, data, folder, endpoint = sys.argv[1:5]
    graph = sys.argv[5] if len(sys.argv) > 5 else ""
    wanted = set(sys.argv[6].split(",")) if len(sys.argv) > 6 and sys.argv[6] else None
    baimo, server = Baimo(binary, data), Server(endpoint, graph, sys.argv[7] if len(sys.argv) > 7 else None)
    ratios = []
    for file in sorted(pathlib.Path(folder).glob("*.rq")):
        text = file.read_text()
        if (wanted and file.stem not in wanted) or "CONSTRUCT" in text or "DESCRIBE" in text:
            continue
        try:
            (ours, theirs), rows = compare(baimo, server, text)
        except (EOFError, OSError, ValueError) as error:
            print(f"{file.stem:24} {error}", flush=True)
            baimo = Baimo(binary, data) if isinstance(error, (EOFError, BrokenPipeError)) else baimo
            continue
        mark = "" if rows[0] == rows[1] else f"! {rows[0]} and {rows[1]} rows"
        print(f"{file.stem:24} {ours * 1e3:9.2f} ms {theirs * 1e3:9.2f} ms  {ours / theirs:7.3f} {mark}", flush=True)
        if not mark:
            ratios.append((ours / theirs, file.stem))
    mean = math.exp(sum(math.log(ratio) for ratio, _ in ratios) / max(1, len(ratios)))
    worst = ", ".join(f"{name} {ratio:.2f}" for ratio, name in sorted(ratios, reverse=True)[:5])
    print(f"geometric mean {mean:.3f} over {len(ratios)} shapes; worst: {worst}")


if __name__ == "__main__":
    main()
