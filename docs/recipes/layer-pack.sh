#!/bin/sh
# The stage of a container image that builds: layer-pack.sh LAYER.tar, in the sources.
#
# A layer keeps names, bytes and modification times; whoever unpacks it gets other inodes and change times.
set -eu
freshness build > archives.list
tar -cf "$1" .
