#!/bin/sh
# A job whose archives outlive it: ci-cache.sh CACHE.tar, in a checkout.
#
# A checkout dates every file anew, so the job decides by content: what the cache holds is served where the sources
# hold what they held, and cargo is not started. Keep Cargo.lock in the repository, and the checkout where it was: both
# are part of the record.
# A cache that is missing, old or damaged costs a build and nothing else.
set -eu
cache=$1

if [ -f "$cache" ]; then
    tar -xpf "$cache" || rm -rf target/freshness
fi
freshness build --strategy hash > archives.list

# Whatever the cache held before, it holds what this job leaves; a job that is killed here leaves the old one.
freshness gc --max-size 2GiB > gc.log
tar -cf "$cache.new" target/freshness
mv "$cache.new" "$cache"
