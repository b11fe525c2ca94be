#!/usr/bin/env python3
"""Cold start to first answer, side by side: process start -> graph -> answer -> exit.

    cargo build --release
    python3 benches/cold_start.py [ROUNDS]

Runs baimo on its embedded graph and on the same triples as a Turtle file, and those of its peers
that are installed (`roqet` of rasqal-utils; `oxigraph` of PyPI, which loads into a folder first), in
turn (A B C A B C ...). Prints medians and their ratio to baimo. Every answer must have the same rows.
"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

QUERY = """PREFIX bm: <https://w3id.org/baimo/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?r ?n WHERE { ?r a bm:Release ; bm:releasedBy ?v . ?v rdfs:label ?n } ORDER BY ?r ?n
"""

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
target = os.environ.get("CARGO_TARGET_DIR", os.path.join(root, "target"))
baimo = os.environ.get("BAIMO", os.path.join(target, "release", "baimo"))
rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
work = tempfile.mkdtemp()
query, turtle, store = (os.path.join(work, name) for name in ("q.rq", "graph.ttl", "store"))
with open(query, "w", encoding="utf-8") as file:
    file.write(QUERY)
subprocess.run([baimo, "export", "-o", turtle], check=True, cwd=work)

commands = {
    "baimo, embedded graph": [baimo, "query", "-f", query, "-F", "csv"],
    "baimo, --data graph.ttl": [baimo, "query", "--data", turtle, "-f", query, "-F", "csv"],
}
if shutil.which("roqet"):
    commands["roqet"] = ["roqet", "-q", "-i", "sparql", "-r", "csv", "-D", turtle, query]
if shutil.which("oxigraph"):
    commands["oxigraph (load, query)"] = [
        "sh", "-c",
        f"rm -rf {store}; oxigraph load --location {store} --file {turtle} 2>/dev/null && "
        f"oxigraph query --location {store} --query-file {query} --results-format csv",
    ]

times = {name: [] for name in commands}
peak = {}
rows = {}
for turn in range(rounds + 1):
    for name, command in commands.items():
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=work)
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        elapsed = time.perf_counter() - begun
        process.returncode = status
        rows[name] = (status, len(out.split()))
        peak[name] = max(peak.get(name, 0), usage.ru_maxrss / 1024)
        if turn:  # the first round warms the file cache
            times[name].append(elapsed)
shutil.rmtree(work)

base = statistics.median(next(iter(times.values())))
print(f"{'':26} {'median':>9} {'best':>9} {'peak':>7}   ratio")
for name, measured in times.items():
    median = statistics.median(measured)
    print(f"{name:26} {median * 1e3:7.1f}ms {min(measured) * 1e3:7.1f}ms {peak[name]:5.0f}MB {median / base:7.1f}")
if len(set(rows.values())) != 1:
    sys.exit(f"the answers differ: {rows}")
