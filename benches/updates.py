#!/usr/bin/env python3
"""DELETE and INSERT WHERE over many triples, and a large load, on durable stores side by side.

    pip install pyoxigraph
    python3 benches/updates.py DATA.nt [--rounds 3] [--sync off] [--into LARGE.nt] [--folder FOLDER]

DATA is what `kgen.py` makes, such as `kgen.py 1000000`. baimo (`target/release/baimo`, or $BAIMO) is a whole process each time:
it opens the store, changes it, syncs, and merges where that is due. oxigraph is pyoxigraph on RocksDB, which does not sync; of
it the update alone is counted, not the opening. Each begins with a copy of the same store. With --into, DATA (with other
names) is loaded into a store of LARGE: `baimo load --max-memory 1300MB` and `bulk_load`.
Prints processor time (user and system), wall time, greatest memory, bytes on disk after, and the ratio of processor times.
Both must hold equally many triples at the end.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
V = "PREFIX v: <http://example.org/kg/v/>\n"
UPDATES = {
    "turned round": V + "DELETE { ?a v:cites ?b } INSERT { ?b v:citedBy ?a } WHERE { ?a v:cites ?b }",
    "values replaced": V + "DELETE { ?a v:pages ?n } INSERT { ?a v:pages ?more } WHERE { ?a v:pages ?n BIND(?n + 1 AS ?more) }",
    "over a join": V + "INSERT { ?paper v:from ?place } WHERE { ?paper v:author ?person . ?person v:worksFor ?place }",
}
PEER = r'''
import pyoxigraph, resource, sys, time
store = pyoxigraph.Store(sys.argv[1])
def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
before, begun = used(), time.perf_counter()
if sys.argv[2] == "load":
    store.bulk_load(path=sys.argv[3], format=pyoxigraph.RdfFormat.N_TRIPLES)
else:
    store.update(sys.argv[3])
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(used() - before, time.perf_counter() - begun, memory, len(store))
'''


def output_of(command):
    """Runs a command: its output."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        sys.exit(f"{command[0]} failed: {done.stderr.decode()[-500:]}")
    return done.stdout.decode()


def measured(command):
    """Processor seconds, wall seconds and greatest memory in megabytes of a command: of it alone, by a process that waits for it."""
    code = ("import os, sys, time\nbegun = time.perf_counter()\n"
            "child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)\n"
            "_, status, used = os.wait4(child, 0)\n"
            "print(used.ru_utime + used.ru_stime, time.perf_counter() - begun, used.ru_maxrss / 1024)\n"
            "sys.exit(os.waitstatus_to_exitcode(status))")
    output = output_of([sys.executable, "-c", code, *map(str, command)])
    return [float(word) for word in output.split()[-3:]]


def baimo():
    return os.environ.get("BAIMO", str(ROOT / "target/release/baimo"))


def count(folder):
    output = output_of([baimo(), "query", "--store", str(folder), "-F", "csv", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"])
    return int(output.split()[1])


def peer(folder, *words):
    output = output_of([sys.executable, "-c", PEER, str(folder), *map(str, words)])
    *figures, triples = output.split()
    return [float(word) for word in figures], int(triples)


def bytes_of(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def compare(what, base, ours, theirs, rounds):
    """Carries out `ours` and `theirs` on copies of both stores, in turns."""
    found = {"baimo": [], "oxigraph": []}
    for _ in range(rounds):
        counts = []
        for engine, work in (("baimo", ours), ("oxigraph", theirs)):
            copy = base[engine].parent / "copy"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(base[engine], copy)
            figures, triples = work(copy)
            found[engine].append([*figures, bytes_of(copy)])
            counts.append(triples)
            shutil.rmtree(copy)
        if counts[0] != counts[1]:
            sys.exit(f"{what}: they hold different numbers of triples: {counts}")
    median = {engine: [statistics.median(column) for column in zip(*rows)] for engine, rows in found.items()}
    print(f"{what}: {counts[0]} triples after, {median['baimo'][0] / median['oxigraph'][0]:.2f} of oxigraph's processor time")
    for engine, (processor, wall, memory, disk) in median.items():
        print(f"  {engine:9} processor {processor:6.2f} s; wall {wall:6.2f} s; memory {memory:.0f} MB; disk {disk:.0f} MB")


def others(data, path):
    """The same data about other things."""
    with open(data) as lines, open(path, "w") as out:
        for line in lines:
            out.write(line.replace("<http://example.org/kg/", "<http://example.org/other/"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sync")
    parser.add_argument("--into")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("updates.tmp"))
    asked = parser.parse_args()
    options = ["--sync", asked.sync] if asked.sync else []
    shutil.rmtree(asked.folder, ignore_errors=True)
    base = {"baimo": asked.folder / "baimo", "oxigraph": asked.folder / "oxigraph"}
    asked.folder.mkdir(parents=True)

    def update(text):
        def ours(folder):
            return measured([baimo(), "update", "--store", folder, *options, text]), count(folder)
        return ours, lambda folder: peer(folder, "update", text)

    output_of([baimo(), "load", "--store", str(base["baimo"]), asked.into or asked.data])
    peer(base["oxigraph"], "load", asked.into or asked.data)
    if asked.into:
        path = asked.folder / "others.nt"
        others(asked.data, path)

        def load(folder):
            command = [baimo(), "load", "--store", folder, "--max-memory", "1300MB", *options, path]
            return measured(command), count(folder)
        compare("load", base, load, lambda folder: peer(folder, "load", path), asked.rounds)
    else:
        for what, text in UPDATES.items():
            compare(what, base, *update(text), asked.rounds)
    shutil.rmtree(asked.folder)


if __name__ == "__main__":
    main()
