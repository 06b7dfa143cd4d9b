"""What a shell needs to complete `digest` by the Tab key, as click writes it."""

import click
from click.shell_completion import get_completion_class

_VARIABLE = "_DIGEST_COMPLETE"  # by which the shell asks; click's own name for it


@click.command(
    "completion", epilog="Example: digest completion bash > ~/.local/share/bash-completion/completions/digest"
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> int:
    """Print what a shell must read to complete commands, options and their values by the Tab key.

    bash: to a file as in the example. zsh: to a file _digest in a folder of $fpath. fish: to
    ~/.config/fish/completions/digest.fish.
    """
    from digest.cli.main import root

    made = get_completion_class(shell)
    assert made is not None  # noqa: S101 - click knows all of the choices
    click.echo(made(root, {}, "digest", _VARIABLE).source())
    return 0
