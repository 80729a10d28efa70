"""Every bench: the engine in the environment that holds PyTorch, if there is one, and the pages in ours."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WITH_TORCH = ROOT / ".venv-bench" / "bin" / "python"
# Set before NumPy loads: at these sizes a second thread adds only noise.
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


def has_numpy(python: Path) -> bool:
    """Whether the peers' environment was installed."""
    return python.exists() and subprocess.run([python, "-c", "import numpy"], capture_output=True).returncode == 0


def main() -> None:
    engine = WITH_TORCH if has_numpy(WITH_TORCH) else Path(sys.executable)
    subprocess.run([engine, "-m", "benches.engine"], cwd=ROOT, env=os.environ | ONE_THREAD, check=True)
    for part in ("stage", "workbench"):
        subprocess.run([sys.executable, "-m", f"benches.{part}"], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
