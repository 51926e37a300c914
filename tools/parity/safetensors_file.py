"""Writes test/parity/fixtures/safetensors_file.json: files made by the safetensors package itself.

Not named safetensors.py, because a script shadows a module of its own name.

    python3 -m pip install safetensors numpy torch
    python3 tools/parity/safetensors_file.py
"""

import base64
import json
import pathlib

import numpy as np
import safetensors
import torch
from safetensors.torch import save

SEED = 5
generator = torch.Generator().manual_seed(SEED)


def bits(tensor):
    """float32 as uint32 words, so that NaN payloads and -0 can be compared."""
    return tensor.contiguous().view(torch.int32).flatten().tolist()


special = torch.tensor(
    np.array(
        [0x80000000, 0x00000001, 0x7F800000, 0xFF800000, 0x7FC01234, 0xFFC00001, 0x3F800000],
        dtype=np.uint32,
    ).view(np.float32)
)
plain = {
    "generator/dense/kernel": torch.randn(3, 5, generator=generator),
    "special": special,
    "scalar": torch.tensor(-2.5),
    "empty": torch.zeros(0, 4),
    "10": torch.tensor([1.0]),
    "9": torch.tensor([2.0]),
    "größe 🙂": torch.tensor([3.0]),
    "int": torch.tensor([[-(2**31), -1, 0], [1, 2, 2**31 - 1]], dtype=torch.int32),
}

floats = torch.tensor([0.0, -0.0, 1.0, -1.5, 3.14159, 65504.0, 6e-8, 1e-5, float("inf")])
integers = torch.tensor([0, 1, 7, 100, 127])
dtypes = {
    "F16": floats.to(torch.float16),
    "BF16": floats.to(torch.bfloat16),
    "F64": torch.tensor([0.1, -0.0, 1e-300, 3.4e38, float("-inf")], dtype=torch.float64),
    "I64": torch.tensor([-(2**31), -1, 2**31 - 1], dtype=torch.int64),
    "I16": -integers.to(torch.int16) * 256,
    "I8": -integers.to(torch.int8),
    "U8": integers.to(torch.uint8) * 2,
    "BOOL": torch.tensor([True, False, True]),
    "F32": torch.tensor([1.25]),
}


def expected(tensors):
    result = {}
    for name, tensor in tensors.items():
        if tensor.is_floating_point():
            result[name] = {"shape": list(tensor.shape), "bits": bits(tensor.to(torch.float32))}
        else:
            values = tensor.to(torch.int32).flatten().tolist()
            result[name] = {"shape": list(tensor.shape), "integers": values}
    return result


def encoded(content):
    return base64.b64encode(content).decode()


fixture = {
    "meta": {
        "generator": "tools/parity/safetensors_file.py",
        "versions": {"safetensors": safetensors.__version__, "torch": torch.__version__},
        "dtype": "float32 and int32 in plain, all that are converted in dtypes",
        "seed": SEED,
        "note": "files are base64; floats are the int32 words of float32",
    },
    "plain": {
        "file": encoded(save(plain, metadata={"format": "pt"})),
        "metadata": {"format": "pt"},
        "tensors": expected(plain),
    },
    "dtypes": {"file": encoded(save(dtypes)), "metadata": {}, "tensors": expected(dtypes)},
    "toolarge": {"file": encoded(save({"steps": torch.tensor([1, 2**31])}))},
}
path = pathlib.Path(__file__).parents[2] / "test/parity/fixtures/safetensors_file.json"
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text(json.dumps(fixture, ensure_ascii=False, indent=1) + "\n")
