#!/bin/sh
# A later stage, in the same directory with the same compiler: layer-use.sh LAYER.tar.
#
# It exits with 0 where the layer's archives are those of its sources, and 1 where a build would change something.
set -eu
tar -xpf "$1"
freshness check --strategy hash
