"""What a task is made of: its data and its annotations, as a manifest writes them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from reconciler.manifest.blocks import Block
from reconciler.manifest.values import Count, Id, Positive, Share, Truth, Wanted, WholeNumber, complaint

Quality = Annotated[int, Field(ge=0, le=100), WholeNumber]
Pattern = Annotated[str, Field(min_length=1, max_length=1024)]


def _downloadable(address: str) -> str:
    if not address.lower().startswith(("http://", "https://")):
        raise complaint("this is not an address", "the server downloads http:// and https:// only")
    return address


def _several(replicas: int) -> int:
    if replicas == 1:  # CVAT, TaskWriteSerializer.validate_consensus_replicas
        raise complaint("one replica is no consensus", "write 2 or more, or 0 for none")
    return replicas


Address = Annotated[Pattern, AfterValidator(_downloadable)]
Replicas = Annotated[Count, AfterValidator(_several)]
Sorting = Literal["lexicographical", "natural", "predefined", "random"]
Selection = Literal["random_uniform", "random_per_job", "manual"]


class CloudFiles(Block):
    """Files of a cloud storage that is attached to the server."""

    called = "`cloud_storage`"

    id: Id = Field(description="The cloud storage's id on the server.")
    files: tuple[Pattern, ...] = Field(default=(), description="Keys, folders, or a manifest file.")
    pattern: Wanted[Pattern] = Field(default=None, description="Which of the manifest's files: `*.jpg`.")


class ValidationBlock(Block):
    """Ground truth: frames that are annotated once more, to measure quality. Fixed once the task is made."""

    called = "`validation`"

    mode: Literal["gt", "gt_pool"] = Field(description="A job of its own, or a pool mixed into every job.")
    select: Selection = Field(default="random_uniform", description="How its frames are chosen.")
    frames: Wanted[tuple[Pattern, ...]] = Field(default=None, description="With `select: manual`: file names.")
    frame_count: Wanted[Positive] = Field(default=None, description="How many frames, all in all.")
    frame_share: Wanted[Share] = Field(default=None, description="Which part of them.")
    frames_per_job_count: Wanted[Positive] = Field(default=None, description="How many of each job's frames.")
    frames_per_job_share: Wanted[Share] = Field(default=None, description="Which part of each job's frames.")
    random_seed: Wanted[Count] = Field(default=None, description="The same seed chooses the same frames.")


class DataBlock(Block):
    """A task's data: where its frames come from, and how they are cut into jobs. Fixed once the task is made."""

    called = "`data`"

    files: tuple[Pattern, ...] = Field(
        default=(), description="Files of this machine, relative to this file; `*` and `**` as in a shell."
    )
    remote: tuple[Address, ...] = Field(default=(), description="Addresses that the server downloads.")
    share: tuple[Pattern, ...] = Field(default=(), description="Files or folders/ of the server's own share.")
    cloud_storage: Wanted[CloudFiles] = Field(default=None, description="Files of a cloud storage.")
    exclude: tuple[Pattern, ...] = Field(default=(), description="What of `share` or `cloud_storage` is left out.")
    segment_size: Wanted[Count] = Field(default=None, description="Frames a job; 0 for one job.")
    overlap: Wanted[Count] = Field(default=None, description="Frames that neighbouring jobs have in common.")
    image_quality: Quality = Field(default=70, description="Of the frames that annotators see, in percent.")
    sorting: Wanted[Sorting] = Field(default=None, description="The frames' order; the server's is lexicographical.")
    start_frame: Wanted[Count] = Field(default=None, description="The first frame that is taken.")
    stop_frame: Wanted[Count] = Field(default=None, description="The last frame that is taken.")
    step: Wanted[Positive] = Field(default=None, description="Every how many frames one is taken.")
    chunk_size: Wanted[Positive] = Field(default=None, description="Frames that are sent to annotators at once.")
    use_cache: Wanted[Truth] = Field(default=None, description="Make chunks when they are asked for.")
    use_zip_chunks: Wanted[Truth] = Field(default=None, description="Send a video's frames as pictures.")
    copy_data: Wanted[Truth] = Field(default=None, description="Copy the share's files to the server's own storage.")
    storage_method: Wanted[Literal["cache", "file_system"]] = Field(default=None, description="Where chunks are kept.")
    jobs: Wanted[tuple[tuple[Pattern, ...], ...]] = Field(
        default=None, description="Which files make which job, instead of `segment_size`."
    )
    replicas: Wanted[Replicas] = Field(default=None, description="How often each job is annotated anew, for consensus.")
    validation: Wanted[ValidationBlock] = Field(default=None, description="Ground truth.")


class AnnotationsBlock(Block):
    """A task's annotations, from a file."""

    called = "`annotations`"

    file: Annotated[str, Field(min_length=1)] = Field(description="The file, relative to this one.")
    format: Wanted[Annotated[str, Field(min_length=1)]] = Field(
        default=None,
        description="One that the server imports; left out, the file is CVAT's own JSON (tags, shapes, tracks).",
        examples=["CVAT 1.1", "COCO 1.0"],
    )
    mode: Literal["append", "replace"] = Field(
        default="append",
        description="`append`: what the file has and the task has not is added, once; `replace`: the task has what the "
        "file has, and nothing else.",
    )
