"""Talking to AWS: the only importer of boto3. Plain values in and out, our errors in place of botocore's."""
