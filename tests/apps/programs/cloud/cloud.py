"""boto3, psutil and PyYAML: clients made from data files without a network, the process itself, documents."""
import datetime

import boto3
import botocore.exceptions
import psutil
import yaml
from botocore.stub import Stubber

session = boto3.Session(aws_access_key_id="key", aws_secret_access_key="secret", region_name="eu-central-1")
s3 = session.client("s3")
print(s3.meta.endpoint_url, s3.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"}).partition("?")[0])
with Stubber(s3) as stub:
    stub.add_response("list_buckets", {"Buckets": [{"Name": "one", "CreationDate": datetime.datetime(2024, 1, 1)}]})
    print([bucket["Name"] for bucket in s3.list_buckets()["Buckets"]])
print(session.resource("dynamodb").Table("t").name, len(session.get_available_services()) > 300)
print(s3.get_paginator("list_objects_v2").__class__.__name__, s3.get_waiter("bucket_exists").config.max_attempts)
try:
    s3.put_object(Bucket="b")
except botocore.exceptions.ParamValidationError as error:
    print(error)
print(session.client("sts").meta.service_model.operation_names[:2], session.get_available_regions("ec2")[:2])
me = psutil.Process()
print(me.is_running(), me.memory_info().rss > 1_000_000, psutil.cpu_count() > 0, me.status(), psutil.pid_exists(me.pid))
text = yaml.dump({"a": [1, 2.5, None], "d": datetime.date(2024, 1, 2), "t": "x: y"}, sort_keys=True)
print(text, yaml.safe_load(text), yaml.load("a: &x [1]\nb: *x", Loader=yaml.CSafeLoader), yaml.__with_libyaml__)
try:
    yaml.safe_load("a: [")
except yaml.YAMLError as error:
    print(error)
