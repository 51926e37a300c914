"""PyTorch as a contender of `npm run bench` and `npm run bench:gpu`: torch_worker.py THREADS [DEVICE [compile]].

Reads a request a line, answers each with a line; see bench/protocol/protocol.ts. Shapes and numbers arrive as
gan-kit has them (NHWC, height-width-in-out) and are permuted once, before the clock starts.
"""

import json
import os
import resource
import sys
import time

# before NumPy is loaded, which reads it then
os.environ["OPENBLAS_NUM_THREADS"] = sys.argv[1]

import torch
from numpy_metrics import Metrics
from torch_convolution import Convolution
from torch_step import Step
from torch_translation import Translation

THREADS, DEVICE = int(sys.argv[1]), (sys.argv[2:] or ["cpu"])[0]
COMPILED = sys.argv[3:] == ["compile"]
SUBJECTS = {"convolution": Convolution, "step": Step, "translation": Translation, "metrics": Metrics}
torch.set_num_threads(THREADS)
# products of float32 as WebGPU has them; convolutions would be of TF32
torch.backends.cudnn.allow_tf32 = False


def about():
    if DEVICE == "cpu":
        return f"torch {torch.__version__}, {THREADS} threads"
    if not torch.cuda.is_available():
        raise RuntimeError(f"torch {torch.__version__} has no CUDA, or finds no GPU")
    return f"{torch.cuda.get_device_name()}, torch {torch.__version__}"


def wait():
    if DEVICE != "cpu":
        torch.cuda.synchronize()


def peak():
    if DEVICE == "cuda":
        return torch.cuda.max_memory_allocated()
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def answer(request, subjects):
    if "about" in request:
        return {"device": about()}
    if "release" in request:
        subjects.clear()
        return {}
    if "run" in request:
        subject = subjects[request["as"]]
        if DEVICE == "cuda":
            torch.cuda.reset_peak_memory_stats()
        began = time.perf_counter()
        for _ in range(request["run"]):
            subject.run()
        wait()
        ms = 1000 * (time.perf_counter() - began)
        return {"ms": ms, "peak": peak()}
    case = request["prepare"]
    with torch.device(DEVICE):
        subject = SUBJECTS[case["kind"]](case)
    if COMPILED:
        for network in subject.networks():
            network.compile()
    subjects[request["as"]] = subject
    return {"fingerprint": subject.fingerprint()}


def main():
    subjects = {}
    for line in sys.stdin:
        try:
            answered = answer(json.loads(line), subjects)
        except Exception as error:
            answered = {"problem": str(error).split("\n")[0]}
        print(json.dumps(answered), flush=True)


main()
