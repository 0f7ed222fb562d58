"""The annotation formats of a server: the list that 2.54.1 gives, and what came later. A few are read and written."""

from __future__ import annotations

from reconciler.sandbox.answers import Answer, as_json
from reconciler.sandbox.call import Call
from reconciler.sandbox.links import Doc
from reconciler.sandbox.versions import ServerVersion

_IMPORTED = [
    "CamVid 1.0",
    "Cityscapes 1.0",
    "COCO 1.0",
    "COCO Keypoints 1.0",
    "CVAT 1.1",
    "Datumaro 1.0",
    "Datumaro 3D 1.0",
    "ICDAR Recognition 1.0",
    "ICDAR Localization 1.0",
    "ICDAR Segmentation 1.0",
    "ImageNet 1.0",
    "KITTI 1.0",
    "LabelMe 3.0",
    "LFW 1.0",
    "Market-1501 1.0",
    "Segmentation mask 1.1",
    "MOT 1.1",
    "MOTS PNG 1.0",
    "Open Images V6 1.0",
    "PASCAL VOC 1.1",
    "Sly Point Cloud Format 1.0",
    "Kitti Raw Format 1.0",
    "VGGFace2 1.0",
    "WiderFace 1.0",
    "YOLO 1.1",
    "Ultralytics YOLO Detection 1.0",
    "Ultralytics YOLO Segmentation 1.0",
    "Ultralytics YOLO Oriented Bounding Boxes 1.0",
    "Ultralytics YOLO Pose 1.0",
    "Ultralytics YOLO Classification 1.0",
]
_EXPORTED = [
    "CamVid 1.0",
    "Cityscapes 1.0",
    "COCO 1.0",
    "COCO Keypoints 1.0",
    "CVAT for video 1.1",
    "CVAT for images 1.1",
    "Datumaro 1.0",
    "Datumaro 3D 1.0",
    "ICDAR Recognition 1.0",
    "ICDAR Localization 1.0",
    "ICDAR Segmentation 1.0",
    "ImageNet 1.0",
    "KITTI 1.0",
    "LabelMe 3.0",
    "LFW 1.0",
    "Market-1501 1.0",
    "Segmentation mask 1.1",
    "MOT 1.1",
    "MOTS PNG 1.0",
    "Open Images V6 1.0",
    "PASCAL VOC 1.1",
    "Sly Point Cloud Format 1.0",
    "Kitti Raw Format 1.0",
    "VGGFace2 1.0",
    "WiderFace 1.0",
    "YOLO 1.1",
    "Ultralytics YOLO Detection 1.0",
    "Ultralytics YOLO Detection Track 1.0",
    "Ultralytics YOLO Oriented Bounding Boxes 1.0",
    "Ultralytics YOLO Segmentation 1.0",
    "Ultralytics YOLO Pose 1.0",
    "Ultralytics YOLO Classification 1.0",
]
_OTHER_DIMENSIONS = {
    "Datumaro 3D 1.0": "3d",
    "Sly Point Cloud Format 1.0": "3d",
    "Kitti Raw Format 1.0": "3d",
    "Generic TSV 1.0": "1d",  # of audio (CVAT, dataset_manager/formats/audio_tsv.py)
}
_WRITTEN = {"Generic TSV 1.0": "TSV"}
_ALSO_READ = {
    "COCO 1.0": "JSON, ZIP",
    "COCO Keypoints 1.0": "JSON, ZIP",
    "CVAT 1.1": "XML, ZIP",
    "Datumaro 1.0": "JSON, ZIP",
    "Datumaro 3D 1.0": "JSON, ZIP",
    "Kitti Raw Format 1.0": "ZIP, XML",
    "Generic TSV 1.0": "TSV",
}


def _format(name: str, extension: str) -> Doc:
    return {
        "name": name,
        "ext": extension,
        "version": name.rpartition(" ")[2],
        "enabled": True,
        "dimension": _OTHER_DIMENSIONS.get(name, "2d"),
    }


def is_imported(name: str, version: ServerVersion) -> bool:
    """Tell whether the server knows a format of files to import."""
    return name in (*_IMPORTED, *version.more_formats)


def is_exported(name: str, version: ServerVersion) -> bool:
    """Tell whether the server knows a format to export to."""
    return name in (*_EXPORTED, *version.more_formats)


def extension(name: str) -> str:
    """Tell what kind of file a format is exported as: ``ZIP``, most often."""
    return _WRITTEN.get(name, "ZIP")


def list_formats(call: Call) -> Answer:
    """Answer GET /api/server/annotation/formats."""
    more = call.version.more_formats
    importers = [_format(name, _ALSO_READ.get(name, "ZIP")) for name in (*_IMPORTED, *more)]
    exporters = [_format(name, extension(name)) for name in (*_EXPORTED, *more)]
    return as_json({"importers": importers, "exporters": exporters})
