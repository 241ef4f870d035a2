"""How an execution begins: input, environment, vars, then the start tasks."""

from __future__ import annotations

from wf_es.envelope import JSON
from wf_es.errors import EvaluationError, InvalidRequest
from wf_es.execution import scope
from wf_es.execution.commands import StartWorkflow
from wf_es.execution.decision import Draft
from wf_es.execution.events import Transition, WorkflowStarted
from wf_es.execution.lifecycle import ERROR
from wf_es.execution.routing import dispatch
from wf_es.execution.scheduling import invalid_input
from wf_es.execution.settling import end_workflow
from wf_es.expressions import Scope, template


def start_workflow(draft: Draft, command: StartWorkflow) -> None:
    """Begin the execution; one that has begun already stays as it is.

    Raises:
        InvalidInput: Input names are missing or were not declared.
        InvalidRequest: The environment is not usable.

    """
    if draft.state.version > 0:
        return
    env = _environment(draft, command)
    given = _input(draft, command, env)
    variables, problem = _variables(draft, command, given, env)
    started = draft.emit(_started(draft, command, given, env, variables))
    if problem is not None:
        end_workflow(draft, ERROR, problem, started)
        return
    tasks = draft.definition.workflow.graph.start_tasks
    dispatch(draft, None, [Transition(target=name, event="start") for name in tasks], started)


def _variables(
    draft: Draft, command: StartWorkflow, given: dict[str, JSON], env: dict[str, JSON]
) -> tuple[dict[str, JSON], str | None]:
    """Return what ``vars`` gives, or why it gives nothing."""
    spec = draft.definition.workflow.spec
    if spec.vars is None:
        return {}, None
    try:
        return spec.vars.evaluate(_scope(draft, command, given, env)), None
    except EvaluationError as error:
        return {}, f"Failed to evaluate vars of workflow '{spec.name}': {error}"


def _scope(draft: Draft, command: StartWorkflow, given: dict[str, JSON], env: dict[str, JSON]) -> Scope:
    """Return what is seen once input and environment are known."""
    begun = draft.preview(_started(draft, command, given, env, {}))
    return scope.for_start(draft, begun, (scope.environment(begun), *scope.workflow_layers(begun)))


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
        sees = scope.for_start(draft, draft.state, ({"__env": env}, env))
        values: dict[str, JSON] = template(env).evaluate(sees)
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
    defaults = {name: item.default for name, item in declared.items() if name not in given}
    if not defaults:
        return given
    sees = _scope(draft, command, command.input, env)
    return given | {
        name: item.evaluate(sees) if item is not None else None for name, item in defaults.items()
    }
