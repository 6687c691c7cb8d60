"""The folder `kubernetes` of a project: what `kubectl apply -k kubernetes` makes."""

from __future__ import annotations

from typing import Any

from polymock.generating.containers import HOME, LIVE, READY, USER
from polymock.generating.facts import STATE, Facts
from polymock.generating.names import MAX_PORT_NAME, label
from polymock.generating.yaml_text import Path, to_yaml

FOLDER = "kubernetes"
MOST_PODS = 3
BUSY_PERCENT = 80

_CONTAINER = ("spec", "template", "spec", "containers", "[]")
COMMENTS: dict[Path, str] = {
    (*_CONTAINER, "startupProbe"): "The admin port is open to the pod alone: probes run in it.",
    (
        "spec",
        "sessionAffinity",
    ): "Each pod has a world of its own: who writes to one reads from it.",
    ("images",): "The image as your registry has it.",
    ("configMapGenerator",): "Settings of this cluster; they go before those of polymock.yaml.",
}


def kubernetes_files(facts: Facts) -> dict[str, str]:
    """The files by their names in the project."""
    documents = {
        "deployment.yaml": _deployment(facts),
        "service.yaml": _service(facts),
        "autoscaler.yaml": _autoscaler(facts),
    }
    documents["kustomization.yaml"] = _kustomization(facts, list(documents))
    return {f"{FOLDER}/{name}": to_yaml(document, COMMENTS) for name, document in documents.items()}


def settings_name(facts: Facts) -> str:
    """The ConfigMap with settings that differ from one cluster to another."""
    return f"{facts.name}-settings"


def secret_name(facts: Facts) -> str:
    """The Secret with the values of the environment variables that the config names."""
    return f"{facts.name}-secrets"


def _labels(facts: Facts) -> dict[str, str]:
    return {"app.kubernetes.io/name": facts.name}


def _about(facts: Facts, name: str) -> dict[str, Any]:
    return {"name": name, "labels": _labels(facts)}


def _deployment(facts: Facts) -> dict[str, Any]:
    pod: dict[str, Any] = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(facts)],
        "volumes": [{"name": STATE, "emptyDir": {}}, {"name": "tmp", "emptyDir": {}}],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _about(facts, facts.name),
        "spec": {
            "selector": {"matchLabels": _labels(facts)},
            "template": {"metadata": {"labels": _labels(facts)}, "spec": pod},
        },
    }


def _container(facts: Facts) -> dict[str, Any]:
    container: dict[str, Any] = {
        "name": "mock",
        "image": facts.name,
        "imagePullPolicy": "IfNotPresent",
        "ports": [
            {"name": _port_name(name), "containerPort": port} for name, port in facts.ports.items()
        ],
        "envFrom": [{"configMapRef": {"name": settings_name(facts)}}],
    }
    if facts.variables:
        container["env"] = [_secret(facts, variable) for variable in facts.variables]
    return container | {
        "startupProbe": _probe(READY, period=2, failures=60),
        "readinessProbe": _probe(READY, period=10, failures=3),
        "livenessProbe": _probe(LIVE, period=20, failures=3),
        "resources": {
            "requests": {"cpu": "100m", "memory": "256Mi"},
            "limits": {"cpu": "1", "memory": "1Gi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": STATE, "mountPath": f"{HOME}/{STATE}"},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 (of the container)
        ],
    }


def _secret(facts: Facts, variable: str) -> dict[str, Any]:
    source = {"secretKeyRef": {"name": secret_name(facts), "key": variable}}
    return {"name": variable, "valueFrom": source}


def _probe(command: list[str], *, period: int, failures: int) -> dict[str, Any]:
    return {
        "exec": {"command": command},
        "periodSeconds": period,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }


def _service(facts: Facts) -> dict[str, Any]:
    ports = [
        {"name": _port_name(name), "port": port, "targetPort": _port_name(name)}
        for name, port in facts.ports.items()
    ]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _about(facts, facts.name),
        "spec": {
            "selector": _labels(facts),
            "sessionAffinity": "ClientIP",
            "ports": ports,
        },
    }


def _autoscaler(facts: Facts) -> dict[str, Any]:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": facts.name}
    busy = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": BUSY_PERCENT}}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": _about(facts, facts.name),
        "spec": {
            "scaleTargetRef": target,
            "minReplicas": 1,
            "maxReplicas": MOST_PODS,
            "metrics": [{"type": "Resource", "resource": busy}],
        },
    }


def _kustomization(facts: Facts, resources: list[str]) -> dict[str, Any]:
    config = facts.config
    literals = [
        "POLYMOCK_SERVER__HOST=0.0.0.0",
        f"POLYMOCK_SERVER__WORKERS={config.server.workers}",
        f"POLYMOCK_WORLD__SEED={config.world.seed}",
    ]
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": resources,
        "images": [{"name": facts.name, "newName": facts.name, "newTag": "latest"}],
        "configMapGenerator": [{"name": settings_name(facts), "literals": literals}],
    }


def _port_name(protocol: str) -> str:
    return label(protocol, MAX_PORT_NAME)
