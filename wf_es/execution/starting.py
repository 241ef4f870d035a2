"""How an execution begins: input, environment, vars, then the start tasks."""

from __future__ import annotations

from wf_es.envelope import JSON
from wf_es.errors import EvaluationError, InvalidRequest
from wf_es.execution import scope
from wf_es.execution.commands import StartWorkflow
from wf_es.execution.decision import Draft
from wf_es.execution.events import WorkflowStarted
from wf_es.execution.lifecycle import ERROR, RUNNING
from wf_es.execution.scheduling import invalid_input, start_task
from wf_es.execution.settling import end_workflow
from wf_es.expressions import template


def start_workflow(draft: Draft, command: StartWorkflow) -> None:
    """Begin the execution; one that has begun already stays as it is.

    Raises:
        InvalidInput: Input names are missing or were not declared.
        InvalidRequest: The environment is not usable.

    """
    if draft.state.version > 0:
        return
    spec = draft.definition.workflow.spec
    env = _environment(draft, command)
    given = _input(draft, command, env)
    layers = ({"__env": env, "__execution": {"id": draft.state.id}}, given)
    variables: dict[str, JSON] = {}
    problem: str | None = None
    if spec.vars is not None:
        try:
            variables = spec.vars.evaluate(scope.for_start(draft, layers))
        except EvaluationError as error:
            problem = f"Failed to evaluate vars of workflow '{spec.name}': {error}"
    started = draft.emit(_started(draft, command, given, env, variables))
    if problem is not None:
        end_workflow(draft, ERROR, problem, started)
        return
    for name in draft.definition.workflow.graph.start_tasks:
        if draft.state.state == RUNNING:
            start_task(draft, name, None, started)


def _started(
    draft: Draft,
    command: StartWorkflow,
    given: dict[str, JSON],
    env: dict[str, JSON],
    variables: dict[str, JSON],
) -> WorkflowStarted:
    spec = draft.definition.workflow.spec
    params = {**command.params, "namespace": command.workflow_namespace, "env": env}
    return WorkflowStarted(
        workflow_name=spec.name,
        workflow_namespace=command.workflow_namespace,
        definition=draft.definition.pin,
        input=given,
        params=params,
        env=env,
        vars=variables,
        description=command.description,
        tags=list(spec.tags),
        root_execution_id=command.root_execution_id,
        task_execution_id=command.task_execution_id,
        source_execution_id=command.source_execution_id,
    )


def _environment(draft: Draft, command: StartWorkflow) -> dict[str, JSON]:
    env = command.params.get("env") or {}
    if not isinstance(env, dict):
        raise InvalidRequest(
            f"Unexpected value type for environment [environment={env}, type={type(env).__name__}]: "
            "give its variables as an object",
            field="params.env",
        )
    if command.params.get("evaluate_env") is False:
        return env
    try:
        values: dict[str, JSON] = template(env).evaluate(scope.for_start(draft, ({"__env": env}, env)))
    except EvaluationError as error:
        raise InvalidRequest(f"The environment cannot be evaluated: {error}", field="params.env") from error
    return values


def _input(draft: Draft, command: StartWorkflow, env: dict[str, JSON]) -> dict[str, JSON]:
    spec = draft.definition.workflow.spec
    declared = {parameter.name: parameter for parameter in spec.input}
    missing = [name for name, item in declared.items() if item.required and name not in command.input]
    unexpected = [name for name in command.input if name not in declared]
    if missing or unexpected:
        raise invalid_input(spec.name, "DirectWorkflowSpec", missing, unexpected)
    given = dict(command.input)
    sees = scope.for_start(draft, ({"__env": env}, command.input))
    for name, parameter in declared.items():
        if name not in given:
            given[name] = None if parameter.default is None else parameter.default.evaluate(sees)
    return given
