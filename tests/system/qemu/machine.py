"""A machine in QEMU, whose disk outlives a power cut, with an installed agent that is not set up yet."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

from tests.system.qemu.guest_agent import GuestAgent, GuestSilent
from tests.world.programs import Done, ProgramFailed

MEMORY_MIB = 768
_KERNEL_ARGUMENTS = (
    "console=ttyS0 rw quiet net.ifnames=0 mitigations=off random.trust_cpu=on systemd.show_status=0"
)


class Machine:
    """One machine, off at first; a centre that listens at `centre_port` of our loopback is within its reach.

    `image` is what `build-image` made; the machine writes to a copy of its disk, in `folder`.
    """

    def __init__(self, image: Path, folder: Path, *, centre_port: int) -> None:
        self._image, self._folder, self._centre_port = image, folder, centre_port
        self.said = folder / "said"
        """What programs in the guest have written to /dev/virtio-ports/said, over all boots."""
        self._disk = folder / "root.ext4"
        subprocess.run(["cp", "--sparse=always", image / "root.ext4", self._disk], check=True)
        self._qemu: subprocess.Popen[bytes] | None = None
        self._agent: GuestAgent | None = None

    def boot(self) -> None:
        """Switch it on; returns once it takes commands."""
        ours, its = socket.socketpair()
        with its, (self._folder / "qemu.log").open("ab") as log:
            command = self._command(its.fileno())
            self._qemu = subprocess.Popen(command, stdout=log, stderr=log, pass_fds=[its.fileno()])
        self._agent = GuestAgent(ours)
        try:
            self._agent.meet()
        except GuestSilent as error:
            said = (self._folder / "console").read_text(errors="replace")[-2000:]
            raise GuestSilent(f"{error}; its console said:\n{said}") from error

    def cut_power(self) -> None:
        """What the guest has not brought to its disk is gone."""
        if self._qemu:
            self._qemu.kill()
            self._qemu.wait()
        if self._agent:
            self._agent.close()
        self._qemu = self._agent = None

    def tried(self, *command: str, typed: str = "") -> Done:
        """Run one command in the guest as root, however it ends."""
        assert self._agent, "the machine is off"
        return self._agent.tried(*command, typed=typed)

    def run(self, *command: str, fine: tuple[int, ...] = (0,), typed: str = "") -> str:
        """What one command prints in the guest; raises ProgramFailed where it ends otherwise than it may."""
        done = self.tried(*command, typed=typed)
        if done.code not in fine:
            raise ProgramFailed(f"{' '.join(command)} ended with {done.code}:\n{done.out}{done.err}")
        return done.out.strip()

    def _command(self, line: int) -> list[str]:
        arguments = f"{_KERNEL_ARGUMENTS} root=/dev/vda systemd.setenv=CENTRE_PORT={self._centre_port}"
        return [
            "setpriv", "--pdeathsig=KILL",
            "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-machine", "q35", "-accel", "tcg,thread=multi", "-smp", "2", "-m", str(MEMORY_MIB),
            "-kernel", str(self._image / "vmlinuz"), "-initrd", str(self._image / "initrd"),
            "-append", arguments,
            "-drive", f"file={self._disk},if=virtio,format=raw,cache=writeback",
            "-nic", "user,model=virtio-net-pci",
            "-serial", f"file:{self._folder / 'console'}",
            "-device", "virtio-rng-pci",
            "-device", "virtio-serial-pci",
            "-chardev", f"socket,id=line,fd={line}",
            "-device", "virtserialport,chardev=line,name=org.qemu.guest_agent.0",
            "-chardev", f"file,id=said,path={self.said},append=on",
            "-device", "virtserialport,chardev=said,name=said",
        ]  # fmt: skip
