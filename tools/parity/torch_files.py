"""Writes test/parity/fixtures/torch_files.json: files made by torch.save, and what they hold.

    python3 -m pip install torch numpy
    python3 tools/parity/torch_files.py
"""

import argparse
import base64
import io
import json
import pathlib
import zipfile
from collections import Counter, OrderedDict

import numpy as np
import torch
from torch import nn

SEED = 7
OUT = pathlib.Path(__file__).parents[2] / "test" / "parity" / "fixtures" / "torch_files.json"
torch.manual_seed(SEED)


def saved(content, **options):
    file = io.BytesIO()
    torch.save(content, file, **options)
    return file.getvalue()


def legacy(content, **options):
    return saved(content, _use_new_zipfile_serialization=False, **options)


def scripted(module):
    file = io.BytesIO()
    torch.jit.save(torch.jit.script(module), file)
    return file.getvalue()


def rewritten(file, change=lambda name, data: data, method=zipfile.ZIP_STORED):
    """The same zip file with other bytes in its entries, or packed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(target, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return target.getvalue()


def big_endian(content, width):
    """What a big-endian machine would write; torch.load turns the bytes, and says what they mean."""

    def turn(name, data):
        if name.endswith("/byteorder"):
            return b"big"
        if "/data/" not in name:
            return data
        return b"".join(data[i : i + width][::-1] for i in range(0, len(data), width))

    return rewritten(saved(content), turn)


def expected(tensors):
    """float32 as int32 words, so that -0, NaN and every bit can be compared."""
    result = {}
    for name, tensor in tensors.items():
        tensor = tensor.detach()
        shape = list(tensor.shape)
        if tensor.is_floating_point():
            words = tensor.float().contiguous().reshape(-1).view(torch.int32).tolist()
            result[name] = {"shape": shape, "bits": words}
        else:
            values = tensor.to(torch.int32).reshape(-1).tolist()
            result[name] = {"shape": shape, "integers": values}
    return result


def case(file, path=(), content=None):
    """The file, and its tensors as torch.load reads them, or as they were where it does not."""
    if content is None:
        content = torch.load(io.BytesIO(file), map_location="cpu", weights_only=False)
    for key in path:
        content = content[key]
    return {
        "file": base64.b64encode(file).decode(),
        **({"path": list(path)} if path else {}),
        "tensors": expected(content),
    }


network = nn.Sequential(
    nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.ConvTranspose2d(3, 1, 2, bias=False)
)
network.train()
network(torch.randn(2, 2, 5, 4))  # moves the running statistics and counts one batch
half = nn.Linear(3, 5).half()

floats = torch.tensor([0.0, -0.0, 1.0, -1.5, 3.14159, 65504.0, 6e-8, 1e-5, float("inf")])
integers = torch.tensor([0, 1, 7, 100, 127])
dtypes = {
    "float16": floats.half(),
    "bfloat16": floats.bfloat16(),
    "float64": torch.tensor([0.1, -0.0, 1e-300, 3.4e38, float("-inf")], dtype=torch.float64),
    "float32": floats,
    "int64": torch.tensor([-(2**31), -1, 2**31 - 1]),
    "int32": integers.int() * 10_000_000,
    "int16": -integers.short() * 256,
    "int8": -integers.to(torch.int8),
    "uint8": integers.to(torch.uint8) * 2,
    "bool": torch.tensor([True, False, True]),
    "uint16": torch.tensor([0, 1, 65535], dtype=torch.uint16)[1:],
    "uint32": torch.tensor([7, 2**31 - 1], dtype=torch.uint32),
    "uint64": torch.tensor([[1, 2, 3], [4, 5, 2**31 - 1]], dtype=torch.uint64).t(),
    "float8_e4m3fn": floats[:6].to(torch.float8_e4m3fn),
    "float8_e5m2": floats.to(torch.float8_e5m2)[2:],
}

base = torch.arange(60, dtype=torch.float32).reshape(3, 4, 5) / 8
views = {
    "whole": base,
    "shared": base.view(12, 5),
    "transposed": base.permute(2, 0, 1),
    "strided": base[1:, ::2, 1:4],
    "offset": base[2, 3],
    "expanded": base[0, 0, :2].reshape(2, 1).expand(2, 3),
    "scalar": base[1, 1, 1],
    "empty": base[:, 4:],
    "last": torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last),
    "half": base.half()[:, 1].t(),
    "0": torch.tensor([-7, 300])[1:],
}

checkpoint = {
    "epoch": 3,
    "loss": -0.25,
    "best": None,
    "flags": [True, False, (), (1, 2, 3, "four")],
    "large": 2**70,
    "bytes": 65_536,
    "size": torch.Size([2, 3]),
    "model": OrderedDict(
        (name, nn.Parameter(tensor) if tensor.is_floating_point() else tensor)
        for name, tensor in network.state_dict().items()
    ),
    "optimizer": {"state": {0: {"step": torch.tensor(5.0)}}, "param_groups": [{"lr": 2e-4}]},
    "deep": {"er": half.state_dict()},
}

attributed = nn.Parameter(base[0, :2].clone())
attributed.note = "a parameter with an attribute"
beside = {
    "counter": Counter([1, 1, 2]),
    "set": {1, 2},
    "frozen": frozenset([3]),
    "device": torch.device("cpu"),
    "dtype": torch.float32,
    "complex": 1 + 2j,
    "bytes": b"ab\x90",
    "array": bytearray(b"ab"),
    "huge": 2**200,
    "keys": {(1, "a"): 2, None: 3, 1.5: 4, True: 5},
    "wide": torch.tensor([1], dtype=torch.uint16),
    "narrow": base[0, 0].to(torch.float8_e4m3fn),
    "complexes": torch.zeros(2, dtype=torch.complex64).conj(),
    "numpy": np.float64(0.5),
    "path": pathlib.PurePosixPath("/a/b"),
    "arguments": argparse.Namespace(lr=1e-3),
    "module": nn.Linear(1, 1),
    "scheduler": torch.optim.lr_scheduler.MultiStepLR(
        torch.optim.SGD(half.parameters(), 0.1), [3, 3, 5]
    ).state_dict(),
    "nets": [None, {"w": attributed}],
}

CASES = {
    "zip": case(saved(network.state_dict())),
    "legacy": case(legacy(network.state_dict())),
    "dtypes, zip": case(saved(dtypes)),
    "dtypes, legacy": case(legacy(dtypes), content=dtypes),  # torch.load reads no untyped storages there
    "views, zip": case(saved(views)),
    "views, legacy": case(legacy(views)),
    "big-endian, 4 bytes": case(big_endian({"a": base[:, 1:3], "b": integers.int()}, 4)),
    "big-endian, 8 bytes": case(big_endian({"a": integers, "b": base.double() / 3}, 8)),
    "big-endian, 2 bytes": case(big_endian({"a": base.half().permute(2, 1, 0)[2], "b": base.bfloat16()}, 2)),
    "deflated": case(rewritten(saved({"a": base / 7}), method=zipfile.ZIP_DEFLATED)),
    "half, legacy": case(legacy(half.state_dict())),
    **{
        f"checkpoint, zip, protocol {protocol}": case(
            saved(checkpoint, pickle_protocol=protocol), ["model"]
        )
        for protocol in (2, 3, 4, 5)
    },
    "checkpoint, legacy, protocol 2": case(legacy(checkpoint), ["deep", "er"]),
    "checkpoint, legacy, protocol 4": case(legacy(checkpoint, pickle_protocol=4), ["model"]),
    **{
        f"beside, zip, protocol {protocol}": case(
            saved(beside, pickle_protocol=protocol), ["nets", 1]
        )
        for protocol in (2, 4)
    },
    "beside, legacy": case(legacy(beside), ["nets", 1], beside),
    "DataParallel": case(legacy(nn.DataParallel(network).state_dict())),
}
REFUSED = {
    "int64 beyond int32": saved({"steps": torch.tensor([1, 2**31])}),
    "float64 beyond float32": legacy({"x": torch.tensor([1e300], dtype=torch.float64)}),
    "a whole module": saved(nn.Linear(2, 2)),
    "a whole module, legacy": legacy(nn.Sequential(nn.Identity())),
    "a whole module at a key": saved({"net": nn.Linear(1, 1)}),
    "a TorchScript program": scripted(nn.Linear(1, 1)),
    "complex numbers": saved({"z": torch.zeros(2, dtype=torch.complex64)}),
    "complex numbers, legacy": legacy({"z": torch.zeros(2, dtype=torch.complex128)}),
    "a quantized tensor": saved({"q": torch.quantize_per_tensor(base, 0.1, 0, torch.qint8)}),
    "a sparse tensor": saved({"s": torch.eye(2).to_sparse()}),
    "uint32 beyond int32": saved({"x": torch.tensor([1, 2**31], dtype=torch.uint32)}),
    "integer keys": saved({0: base}),
    "a lone tensor": legacy(base),
    "a device": saved({"device": torch.device("cpu")}),
    "negated values": saved({"z": torch.zeros(2, dtype=torch.complex64).conj().imag}),
}
OUT.write_text(
    json.dumps(
        {
            "meta": {
                "generator": "tools/parity/torch_files.py",
                "versions": {"torch": torch.__version__},
                "dtype": "those that are named; what is expected is float32 or int32",
                "seed": SEED,
                "note": "files are base64; floats are the int32 words of float32",
            },
            "cases": CASES,
            "refused": {
                name: base64.b64encode(file).decode() for name, file in REFUSED.items()
            },
        }
    )
    + "\n"
)
print(f"{OUT.name}: {OUT.stat().st_size / 1024:.0f} kB")
