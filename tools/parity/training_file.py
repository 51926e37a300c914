"""Training runs of gan-kit in PyTorch: what it reads, what ten steps make of it, and what it writes.

    python3 -m pip install torch numpy
    npx tsx tools/parity/export_training.ts FOLDER
    python3 tools/parity/training_file.py FOLDER

checks that torch.load reads each file of the folder with weights_only=True, that networks load strictly, that
torch.optim loads the moments, and that the names of parameters are in its order; continues each by
examples/torchrun/continue.py; and writes test/parity/fixtures/training_files.json: of each case the digest of the file
that was read, the names and the losses, and of one the file that came back.
"""

import base64
import hashlib
import json
import pathlib
import subprocess
import sys

import torch

ROOT = pathlib.Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "torchrun"
sys.path.insert(0, str(EXAMPLE))
from networks import build  # noqa: E402
from systems import MOVED  # noqa: E402

WHOLE = "SN-DCGAN, its average and a falling rate"


def check(path):
    """Loads everything as a program of PyTorch would, and returns the names of parameters by optimizer."""
    file = torch.load(path, weights_only=True)
    networks = {
        name: build(file["architectures"][name], state, name) for name, state in file["networks"].items()
    }
    names = {}
    for name, saved in file["optimizers"].items():
        named = [
            (f"{one}.{key}", parameter)
            for one in MOVED.get(name, [name])
            for key, parameter in networks[one].named_parameters()
        ]
        (group,) = saved["param_groups"]
        assert group["param_names"] == [key for key, _ in named], name
        optimizer = (torch.optim.Adam if "betas" in group else torch.optim.RMSprop)(named)
        optimizer.load_state_dict(saved)
        for at, (_, parameter) in enumerate(named):
            for slot, value in saved["state"][at].items():
                assert torch.equal(optimizer.state[parameter][slot], value), (name, at, slot)
        known = set(optimizer.state_dict()["param_groups"][0])
        assert known == set(group), known ^ set(group)
        names[name] = group["param_names"]
    return names


def go_on(folder, said):
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "1"]
    files = [EXAMPLE / "continue.py", folder / "run.pth", folder / "data.pth", "--out", folder / "back.pth"]
    options = ["--steps", str(said["steps"]), "--batch", str(said["batch"]), "--in-order"]
    done = subprocess.run([*command, *map(str, files), *options], check=True, capture_output=True, text=True)
    losses = [json.loads(line) for line in done.stdout.strip().split("\n")]
    return [{name: loss for name, loss in one.items() if name != "step"} for one in losses]


cases = []
for path in sorted(pathlib.Path(sys.argv[1]).glob("*/run.pth")):
    folder = path.parent
    said = json.loads((folder / "case.json").read_text())
    one = {"name": folder.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    one |= {"names": check(path), "losses": go_on(folder, said)}
    if folder.name == WHOLE:
        one["back"] = base64.b64encode((folder / "back.pth").read_bytes()).decode()
    cases.append(one)
    print(folder.name, one["losses"][-1])

fixture = {
    "meta": {
        "generator": "tools/parity/training_file.py",
        "versions": {"torch": torch.__version__},
        "dtype": "float32",
        "seed": "weights, moments and batches are fill(size, seed, scale) of bench/hash.ts",
    },
    "cases": cases,
}
path = ROOT / "test/parity/fixtures/training_files.json"
path.write_text(json.dumps(fixture) + "\n")
print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")
