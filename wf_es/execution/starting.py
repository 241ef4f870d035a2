"""How an execution begins: input, environment, vars, then the start tasks."""

from __future__ import annotations

import msgspec

from wf_es.envelope import JSON
from wf_es.errors import EvaluationError, NotAllowed
from wf_es.execution import reverse, scope
from wf_es.execution.bounds import check_field
from wf_es.execution.commands import ParentLink, StartWorkflow
from wf_es.execution.decision import Draft
from wf_es.execution.environments import evaluated_environment, given_environment
from wf_es.execution.events import Transition, WorkflowStarted
from wf_es.execution.inputs import invalid_input
from wf_es.execution.routing import dispatch
from wf_es.expressions import Scope


def start_workflow(draft: Draft, command: StartWorkflow) -> None:
    """Begin the execution; one that has begun already stays as it is.

    Raises:
        InvalidInput: Input names are missing or were not declared.
        EvaluationError: One of ``vars`` fails.
        InvalidRequest: The environment is not usable, or the task that a
            reverse workflow is to reach is not known.
        NotAllowed: A sub-workflow would stand below too many executions.

    """
    if draft.state.version > 0:
        return
    if command.parent is not None:
        command = _as_child(draft, command, command.parent)
    if reverse.is_reverse(draft.definition):
        reverse.check_target(draft.definition, command.params)
    env = _environment(draft, command)
    given = _input(draft, command)
    variables = _variables(draft, command, given, env)
    started = draft.emit(_started(draft, command, given, env, variables))
    dispatch(draft, None, _start_tasks(draft), started)


def _start_tasks(draft: Draft) -> list[Transition]:
    if reverse.is_reverse(draft.definition):
        return reverse.first(draft.definition, draft.state.params["task_name"])
    return [Transition(target=name, event="start") for name in draft.definition.workflow.graph.start_tasks]


def _as_child(draft: Draft, command: StartWorkflow, parent: ParentLink) -> StartWorkflow:
    """Return the start of a sub-workflow with input that is not declared among the params."""
    limits = draft.definition.limits
    if parent.depth >= limits.depth:
        raise NotAllowed(f"Too many executions above one another: {limits.stated('depth')}")
    declared = {parameter.name for parameter in draft.definition.workflow.spec.input}
    return msgspec.structs.replace(
        command,
        input={name: value for name, value in command.input.items() if name in declared},
        params=command.params
        | {name: value for name, value in command.input.items() if name not in declared},
    )


def _variables(
    draft: Draft, command: StartWorkflow, given: dict[str, JSON], env: dict[str, JSON]
) -> dict[str, JSON]:
    """Return what ``vars`` gives."""
    spec = draft.definition.workflow.spec
    if spec.vars is None:
        return {}
    try:
        variables: dict[str, JSON] = spec.vars.evaluate(_scope(draft, command, given, env))
        check_field(variables, "vars", draft.definition.limits)
    except EvaluationError as error:
        raise EvaluationError(f"Failed to evaluate vars of workflow '{spec.name}': {error}") from error
    return variables


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
    spec, parent = draft.definition.workflow.spec, command.parent
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
        parent_execution_id=None if parent is None else parent.execution_id,
        depth=0 if parent is None else parent.depth,
        order=0 if parent is None else parent.order,
    )


def _environment(draft: Draft, command: StartWorkflow) -> dict[str, JSON]:
    if command.parent is not None:
        return command.parent.env
    env = given_environment(draft, command.params.get("env"))
    if command.params.get("evaluate_env") is False:
        return env

    def sees() -> Scope:
        begun = draft.preview(_started(draft, command, {}, env, {}))
        return scope.for_start(draft, begun, (scope.environment(begun), env))

    return evaluated_environment(env, sees)


def _input(draft: Draft, command: StartWorkflow) -> dict[str, JSON]:
    spec = draft.definition.workflow.spec
    declared = {parameter.name: parameter for parameter in spec.input}
    missing = [name for name, item in declared.items() if item.required and name not in command.input]
    unexpected = [name for name in command.input if name not in declared]
    if missing or unexpected:
        raise invalid_input(spec.name, f"{spec.type.title()}WorkflowSpec", missing, unexpected)
    defaults = {name: item.default for name, item in declared.items() if name not in command.input}
    return command.input | defaults
