#!/usr/bin/env bash
# Makes @tensorflow/tfjs-node, the native backend, from packages of registries alone: its addon compiled
# from the C++ in its npm package, against the libraries in PyPI's tensorflow-cpu of the same release.
#
#   npm run native        needs Linux on x86-64, Python 3 with pip, g++ and nm
#
# It is made in .native/ and linked into node_modules, from where `loadBackend` takes it as if a user had
# installed it. `npm install` may remove the link; run again, this script sets it in a second.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
native=$root/.native
package=$native/node_modules/@tensorflow/tfjs-node
addon=$package/lib/napi-v8/tfjs_binding.node

say() { echo "native: $*"; }

if [ "$(uname -sm)" != 'Linux x86_64' ]; then
  say "is made on Linux x86_64 alone, and this is $(uname -sm)" >&2
  exit 1
fi
for program in python3 g++ gcc nm npm; do
  command -v "$program" >/dev/null || { say "needs $program" >&2; exit 1; }
done

# The recipe and its pins: another one is made anew.
recipe=$(cat "$here"/{make.sh,package-lock.json,requirements.txt} | sha256sum | cut -d' ' -f1)
if [ "$(cat "$native/recipe" 2>/dev/null)" != "$recipe" ]; then
  rm -rf "$native"
  mkdir -p "$native/download"

  say 'installs tfjs-node and the headers of Node-API'
  cp "$here"/package{,-lock}.json "$native"
  npm ci --prefix "$native" --ignore-scripts --no-audit --no-fund --loglevel=error
  # One copy of each: these are found further up, in the project.
  for shared in core layers converter backend-cpu backend-webgl; do
    rm -rf "$native/node_modules/@tensorflow/tfjs-$shared"
  done

  say 'downloads libtensorflow (207 MB)'
  python3 -m pip download --quiet --no-deps --require-hashes --only-binary=:all: \
    --python-version 3.10 --implementation cp --abi cp310 --platform manylinux2014_x86_64 \
    --dest "$native/download" --requirement "$here/requirements.txt"
  python3 - "$native" <<'EXTRACT'
import pathlib, sys, zipfile
native = pathlib.Path(sys.argv[1])
(wheel,) = native.glob('download/*.whl')
wanted = (
    'tensorflow/python/_pywrap_tensorflow_internal.so',  # holds the C API
    'tensorflow/libtensorflow_framework.so.2',
    'tensorflow/include/tensorflow/c/',
    'tensorflow/include/tensorflow/core/platform/',
)
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(native, [name for name in archive.namelist() if name.startswith(wanted)])
EXTRACT
  rm -r "$native/download"

  say 'compiles the addon'
  libraries=$native/tensorflow
  # The library is made for Python and asks for symbols of it, which nothing that the addon calls uses:
  # empty functions of their names satisfy it.
  nm -D --undefined-only "$libraries/python/_pywrap_tensorflow_internal.so" |
    awk '$1 == "U" && $2 ~ /^_?Py/ { print "void " $2 "(void) {}" }' >"$native/python_symbols.c"
  gcc -c -O2 -fPIC "$native/python_symbols.c" -o "$native/python_symbols.o"
  mkdir -p "$(dirname "$addon")"
  g++ -std=c++17 -O2 -shared -fPIC -w -DNAPI_VERSION=8 \
    -I"$libraries/include" -I"$package" -I"$native/node_modules/node-api-headers/include" \
    "$package"/binding/*.cc "$native/python_symbols.o" -o "$addon" \
    "$libraries/python/_pywrap_tensorflow_internal.so" "$libraries/libtensorflow_framework.so.2" \
    -Wl,--allow-shlib-undefined \
    -Wl,-rpath,'$ORIGIN/../../../../../tensorflow',-rpath,'$ORIGIN/../../../../../tensorflow/python'
  echo "$recipe" >"$native/recipe"
fi

mkdir -p "$root/node_modules/@tensorflow"
ln -sfn ../../.native/node_modules/@tensorflow/tfjs-node "$root/node_modules/@tensorflow/tfjs-node"
cd "$root"
TF_CPP_MIN_LOG_LEVEL=3 node --input-type=module --eval '
  const tf = await import("@tensorflow/tfjs-node");
  const core = await import("@tensorflow/tfjs-core");
  if (tf.engine() !== core.engine()) throw new Error("two copies of tfjs-core");
  const { TF_Version: version, isUsingGpuDevice: gpu } = core.backend().binding;
  console.log(`native: libtensorflow ${version} is there`);
'
